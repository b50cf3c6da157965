// substitute: ${name} in a text replaced by variables, or by the children of a dict.
#include "compiler/values/substitute.hh"

#include "compiler/evaluate/eval.hh"

namespace weft::compiler::builtin {

static Element call_substitute(Eval& eval, const CallNode& call) {
    Element text = eval.eval(call.arg(0));
    if (!text.is(Kind::string))
        throw EvalFailure("substitute() needs a string as its first argument");
    if (call.size() > 1) {
        Element d = eval.eval(call.arg(1));
        if (!d.is(Kind::dict))
            throw EvalFailure("substitute() needs a dict as its second argument");
        return Element::of_string(substitute(text.string(), d.dict()));
    }
    eval.needs_world(call.expr);
    const Builtin* to_string = find_builtin("to_string");
    return Element::of_string(
        substitute(text.string(), [&](std::string_view name) -> std::optional<std::string> {
            const Element* e = eval.variable_by_name(name);
            if (!e)
                return std::nullopt;
            return std::string(to_string->call(eval, Arguments("substitute", {e, 1})).string());
        }));
}

extern const Builtin substitute_{.name = "substitute",
                                 .arity = {1, 2},
                                 .special = call_substitute,
                                 .pure = false,
                                 .doc =
                                     "substitute(text, dict?): each ${name} replaced by that child "
                                     "of the dict, or by that variable; $${name} stays as ${name}"};

}  // namespace weft::compiler::builtin
