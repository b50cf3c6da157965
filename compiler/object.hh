// One profile under construction: its tree, variables, types, functions, bindings, and the
// statements that fill them.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ast.hh"
#include "compiler/compile.hh"
#include "compiler/derive.hh"
#include "compiler/eval.hh"

namespace weft::compiler {

class Library;
class Memo;
using TemplatePtr = std::shared_ptr<const Template>;

struct Global {
    Element value;
    bool exists = false, final = false;
    Element
        copy{};  ///< what readers get of a value that two names share, which may change by either
    /// The value for who may keep it: frozen.
    const Element& shown();
};
struct TypeDefinition {
    const FullType* type = nullptr;
    const Template* in = nullptr;
    const Statement* statement = nullptr;
};
struct FunctionDefinition {
    const Block* block = nullptr;
    const Template* in = nullptr;
    const Statement* statement = nullptr;
};
struct Binding {
    std::vector<Term> path;
    const FullType* type;
    const Template* in;
    const Statement* statement;
};

/// The variable LOADPATH.
uint32_t loadpath_symbol();

class Object {
public:
    Object(Library&, const Options&, std::string name, Memo* = nullptr);
    /// The memory of the thread that works on it now; nullptr: none.
    void use(Memo* m) { memo_ = m; }
    Memo* memo() const { return memo_; }
    /// The one that records what is happening; nullptr when nobody does.
    Memo* recorder() const;

    // ---- phases; TemplateError on failure
    void execute();
    void defaults();
    void validate();

    const std::string& name() const { return name_; }
    Element& tree() { return tree_; }
    const std::vector<const Dependency*>& dependencies() const { return dependencies_; }
    const std::set<std::string>& references() const { return references_; }
    const Template* main_template() const { return main_.get(); }
    bool validating() const { return validating_; }
    const std::vector<Binding>& bindings() const { return bindings_; }

    // ---- for expressions
    Global* global(uint32_t symbol);  ///< nullptr if it does not exist
    const FunctionDefinition* function(uint32_t symbol) const;
    const TypeDefinition* type(uint32_t symbol) const;
    Element create(const Expr& at, std::string_view name, std::span<const Element> pairs);
    /// value(path): what is there now, as a value of its own; nothing when there is nothing.
    std::optional<Element> value(const Expr& at, std::string_view path);
    /// The element at a path, absolute, relative or another object's; nullptr if there is none.
    ///   whole   what is in it matters, not only that it is there
    const Element* find(const Expr& at, const PanPath&, bool whole = true);
    /// A hint why there is nothing at the path; empty when there is none to give.
    std::string why_missing(const PanPath&);
    bool template_exists(const Expr& at, std::string_view name);
    /// The file's text (found through the load path); dependencies are recorded.
    Text read_file(const Expr& at, std::string_view name);
    bool file_exists(const Expr& at, std::string_view name);
    /// Would a change at SELF's place show in what is read at this path?
    bool overlaps_self(const Element& root, const std::vector<Term>&) const;
    /// Does the value pass the type of that name? No defaults are applied.
    bool valid(const Expr& at, std::string_view type_name, const Element&);
    void print(std::string_view lines);
    const std::vector<std::string>& load_path() const { return load_path_; }
    Eval& eval() { return eval_; }
    Derive* derive() { return derive_.get(); }
    const std::set<std::string>& records() const { return records_; }
    const std::set<std::string>& links() const { return links_; }

private:
    friend class Validator;
    friend class Memo;
    friend class Recording;
    struct Loaded {
        TemplatePtr tpl;
        bool executed = false;
    };
    Loaded& load(const Template* from, Span, std::string_view name);
    [[noreturn]] void fail_unlocated();
    void execute(Loaded&);
    void run(const Template&, bool again);
    void run(const Template&, const Statement&, bool again);
    void run_units(const Template&, bool again);
    void add_type(uint32_t symbol, const TypeDefinition&);
    void add_function(uint32_t symbol, const FunctionDefinition&);
    void add_final(const std::vector<Term>&);
    const std::vector<Term>* final_around(const std::vector<Term>&) const;
    void assign(const Template&, const Statement&);
    void variable(const Template&, const Statement&);
    void include(const Template&, const Statement&);
    void bind(const Template&, const Statement&);
    void define_type(const Template&, const Statement&);
    void define_function(const Template&, const Statement&);
    void check_types(const Template&, const FullType&);
    void check_types(const Template&, const TypeSpec&);
    void refresh_load_path(const Template&, const Statement&);
    [[noreturn]] void fail(const Template&, Span, std::string message, std::string hint = {},
                           ErrorClass = ErrorClass::evaluation);
    [[noreturn]] void fail(const Template&, Span, std::string message, std::string hint,
                           std::vector<Error::Frame> notes, ErrorClass = ErrorClass::evaluation);
    std::vector<Error::Frame> where_final(const std::function<bool(const Statement&)>& is_it) const;
    std::vector<Error::Frame> where_set(const Statement&);
    void check_final(const Template&, const Statement&);
    void mark_final(const Statement&);
    void put(const Template&, const Statement&, Element value);
    void depend(const Dependency*);  ///< interned by the library
    std::string substitute_path(const Template&, const Statement&);
    const FullType* find_default(const FullType&) const;
    const FullType* find_default(const TypeSpec&) const;
    void fill(const TypeSpec&, Element&);
    void fill_really(const TypeSpec&, Element&);
    void fill_child(const TypeSpec&, Element&, size_t);
    bool fill_rest(const TypeSpec&, Element&);
    bool wants_fill(const TypeSpec&) const;
    Element default_of(const FullType&);
    std::vector<const Binding*> ordered_bindings() const;

    Library& library_;
    const Options& options_;
    std::string name_;
    Element name_value_;
    Element tree_;
    Eval eval_;
    std::deque<Global> globals_;  ///< by symbol; places stay where they are
    std::vector<TypeDefinition> types_;
    std::vector<FunctionDefinition> functions_;
    std::vector<Binding> bindings_;
    std::set<std::vector<Term>> finals_;
    std::unordered_map<Key, Loaded> templates_;
    std::vector<std::string> load_path_;
    std::vector<const Dependency*> dependencies_;
    std::set<std::string> references_;
    TemplatePtr main_;
    Element* relative_root_ = nullptr;  ///< of the structure template being executed
    bool validating_ = false;

    // For records: what was added, in order.
    Memo* memo_;
    std::vector<uint32_t> type_log_, function_log_;
    std::vector<const std::vector<Term>*> final_log_;
    std::vector<Key> load_log_;
    size_t load_paths_ = 0;   ///< how often LOADPATH was set
    uint64_t types_sum_ = 0;  ///< equal sums, equal types

    // The dialect of 2002
    void derive_containers(Element& root, const Term* first, const Term* last, const Template*);
    const Element* find_old(const Expr& at, const PanPath&, TemplateKind);
    std::unique_ptr<Derive> derive_;
    std::deque<Element> private_trees_;  ///< of templates that are no objects and were looked into
    Element* absolute_root_ = &tree_;    ///< where assignments go: the tree, or one of the above
    std::vector<const Template*>* structures_ =
        nullptr;  ///< structure templates of the create() that is running
    std::set<std::string> records_, links_;  ///< paths checked against such types
    friend class Eval;
};

}  // namespace weft::compiler
