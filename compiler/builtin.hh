// A built-in function of Pan: name, arguments, documentation and code in one struct (one file each
// in compiler/builtin/, one line each in compiler/builtins.def).
#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"

namespace weft::compiler {

class Eval;       // the running evaluation of one object (compiler/evaluate/eval.hh)
struct CallNode;  // the call as it stands in the template (compiler/text/ast.hh)

/// "evaluation error" without a position yet: the evaluator adds file, line and trace.
class EvalFailure : public std::exception {
public:
    explicit EvalFailure(std::string message, std::string hint = {})
        : message(std::move(message)), hint(std::move(hint)) {}
    std::string message, hint;
    int argument = -1;  ///< which argument or operand is meant, from 0; -1: the whole
    int offset = -1;    ///< where in that argument's text, in characters, when it is a string
    const char* what() const noexcept override { return message.c_str(); }
};

/// The evaluated arguments of a call. The typed accessors throw EvalFailure naming function,
/// argument number (from 1) and what was found instead.
class Arguments {
public:
    Arguments(std::string_view function, std::span<const Element> values)
        : function_(function), values_(values) {}
    size_t size() const { return values_.size(); }
    const Element& operator[](size_t i) const { return values_[i]; }
    std::string_view string(size_t i) const;
    int64_t long_value(size_t i) const;
    double number(size_t i) const;  ///< a long or a double
    bool boolean(size_t i) const;
    const List& list(size_t i) const;
    const Dict& dict(size_t i) const;
    std::string_view function() const { return function_; }
    [[noreturn]] void wrong(size_t i, std::string_view wanted)
        const;  ///< "to_long(): argument 1 must be a ..., not a ..."
    /// The same failure, told to be about argument i.
    static EvalFailure about(size_t i, EvalFailure f) {
        f.argument = int(i);
        return f;
    }

private:
    std::string_view function_;
    std::span<const Element> values_;
};

struct Builtin {
    std::string_view name;
    struct {
        int min, max;
    } arity;                                             ///< max -1: any number
    Element (*call)(Eval&, const Arguments&) = nullptr;  ///< gets evaluated arguments
    Element (*special)(Eval&, const CallNode&) =
        nullptr;  ///< or the call itself, and evaluates what it needs
    /// Static rule on the call as written (literal arguments, variables): a message makes it a
    /// syntax error.
    std::string (*check)(const CallNode&) = nullptr;
    bool pure = true;      ///< depends on its arguments only: may be folded at compile time
    bool keeps = false;    ///< hands arguments on, or changes what is in them
    std::string_view doc;  ///< "to_lowercase(string): ..."; shown by the tools
    std::string_view signature() const { return doc.substr(0, doc.find("): ") + 1); }
    std::string_view about() const {
        return doc.substr(std::min(doc.find("): "), doc.size() - 3) + 3);
    }
};

/// Nothing of that name: nullptr.
const Builtin* find_builtin(std::string_view name);
/// All of them, by name.
std::span<const Builtin* const> builtins();

}  // namespace weft::compiler
