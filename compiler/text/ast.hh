// A template after parsing: statements, expressions and types, names resolved to numbers, constants
// folded. Immutable once parsed, shared by all objects and threads.
#pragma once
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"
#include "compiler/builtin.hh"
#include "compiler/text/source.hh"

namespace weft::compiler {

/// First and last character of something in a source text, both inclusive, from 1.
struct Span {
    uint32_t line = 0, col = 0, end_line = 0, end_col = 0;
    Span to(const Span& end) const { return {line, col, end.end_line, end.end_col}; }
};

/// Names of variables, functions and types, numbered once per process: each kind has its own
/// numbers.
enum class Name : uint8_t { variable, function, type };
uint32_t symbol(Name, std::string_view text);
Key symbol_text(Name, uint32_t);
/// Numbers below this are in use.
uint32_t symbol_count(Name);

enum class Op : uint8_t {
    literal,    // value
    variable,   // symbol, slot; kids: subscripts
    self,       // kids: subscripts
    automatic,  // OBJECT, FUNCTION, TEMPLATE, LOADPATH: see Automatic; kids: subscripts
    assign,     // kids: target (variable or self), value
    block,      // kids: statements
    if_,        // kids: condition, then, [else]
    while_,     // kids: condition, body
    for_,       // kids: initialiser, condition, step, body
    foreach_,   // kids: key variable, value variable, resource, body
    or_,
    and_,  // kids: both sides
    bit_or,
    bit_xor,
    bit_and,
    eq,
    ne,
    lt,
    gt,
    le,
    ge,
    add,
    sub,
    mul,
    div,
    mod,
    plus,
    minus,
    not_,
    bit_not,
    call,       // builtin->call with kids evaluated
    special,    // builtin->special with the node itself
    user_call,  // symbol; kids: arguments
};
enum class Automatic : uint8_t { none, object, function, template_, loadpath };

struct TypeSpec;

struct Expr {
    Op op;
    Automatic automatic = Automatic::none;
    bool escapes =
        false;  ///< SELF, and the value variable of a foreach: may be changed by another name
    int32_t slot = -1;  ///< variable: place among the block's locals; -1: never assigned there
    uint32_t symbol = 0;
    uint32_t depth = 0;  ///< of the tree below
    Span span;
    Element value;              ///< literal: frozen
    bool is_step = false;       ///< literal subscript: step is its term
    bool in_condition = false;  ///< assigned where a condition stands: perhaps == was meant
    Term step;
    const Builtin* builtin = nullptr;
    std::vector<Expr*> kids;  ///< owned by the template
};

/// A call as it stands in the template, for built-ins that need its syntax (special) or have static
/// rules about it (check).
struct CallNode {
    const Expr& expr;
    std::string_view function() const { return expr.builtin->name; }
    size_t size() const { return expr.kids.size(); }
    const Expr& arg(size_t i) const { return *expr.kids[i]; }
    /// The literal, nullptr if the argument is not one (or there is no such argument).
    const Element* literal(size_t i) const {
        return i < size() && arg(i).op == Op::literal ? &arg(i).value : nullptr;
    }
    /// A variable, SELF included, perhaps subscripted.
    bool is_variable(size_t i) const {
        return i < size() &&
               (arg(i).op == Op::variable || arg(i).op == Op::self || arg(i).op == Op::automatic);
    }
};

/// One piece of code with its own set of local variables.
struct Block {
    const Expr* root = nullptr;
    const struct Template* owner = nullptr;
    std::vector<uint32_t> locals;  ///< symbol of each slot
    int32_t argv = -1, argc = -1;  ///< their slots, when mentioned
    bool constant = false;         ///< then value is what it gives, frozen
    Element value;
};

struct Range {
    bool given = false;
    int64_t low = 0, high = INT64_MAX;
    std::string text() const;  ///< "1..5" as messages show it
};

struct Annotation {
    std::string name;
    std::vector<std::pair<std::string, std::string>> entries;
};
/// The annotations directly before something: [from, to) of Template::annotations.
struct Annotated {
    uint32_t from = 0, to = 0;
};

struct FullType {
    const TypeSpec* type = nullptr;
    bool has_default = false;
    Element default_value;  ///< frozen
    Span default_span;
    bool default_literal = false;  ///< written as one literal, not computed
    const Block* with = nullptr;
    const struct Template* owner = nullptr;
    Span span;
};

struct Field {
    Key key;
    FullType type;
    Span span, name_span;
    Annotated notes;
};

struct TypeSpec {
    enum Kind : uint8_t { builtin, alias, list, dict, link, choice, record } kind;
    enum Basic : uint8_t {
        boolean,
        long_,
        double_,
        string,
        list_,
        dict_,
        number,
        property,
        resource,
        element
    } basic = element;
    uint32_t symbol = 0;  ///< alias, builtin: the name
    Range range;
    const TypeSpec* of = nullptr;  ///< list, dict, link
    bool any_path = false;         ///< link of 2002: the target need not exist
    std::vector<Element> choices;
    bool extensible = false;
    struct Include {
        uint32_t symbol;
        Span span;
    };
    std::vector<Include> includes;
    std::vector<Field> required, optional;  ///< ascending by key
    Span span;
};

struct Statement {
    enum class Kind : uint8_t { assign, variable, include, type, function, bind, valid } kind;
    bool final = false;
    bool conditional = false;  ///< ?=
    bool absolute = false;     ///< assign: the path's kind
    Span span;                 ///< the whole statement
    Span name_span;            ///< the path or name
    std::vector<Term> terms;   ///< assign, bind without ${}
    std::string path_text;     ///< bind, valid: as written, when it contains ${}
    uint32_t symbol = 0;       ///< variable, type, function
    uint32_t origin = 0;       ///< what elements set here carry, relative to the template's first
    const Block* block = nullptr;  ///< assign, variable, include, function
    FullType type;                 ///< type, bind, valid
    Annotated notes;
};

enum class TemplateKind : uint8_t { ordinary, object, unique, declaration, structure };
std::string_view template_kind_name(TemplateKind);

struct Template {
    TemplateKind kind = TemplateKind::ordinary;
    std::string name;
    std::string path;  ///< of the file
    Text text;         ///< for the source line in messages
    Span name_span;
    Span header;  ///< the declaration with its ';'
    bool debug = false;
    std::vector<Statement> statements;
    std::vector<Annotation> annotations;                ///< as they stand in the file
    Annotated notes;                                    ///< before the declaration
    uint32_t first_origin = 0;                          ///< origins first_origin + i: see places
    std::vector<std::pair<uint32_t, uint32_t>> places;  ///< line and column by origin

    // Storage of what the above points to.
    std::deque<Expr> exprs;
    std::deque<Block> blocks;
    std::deque<TypeSpec> types;
};

}  // namespace weft::compiler
