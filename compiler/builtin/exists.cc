// exists: is there such a variable, such a path, such a template?
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_exists(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    if (call.is_variable(0))
        return Element::of_boolean(eval.find(call.arg(0)) != nullptr);
    Element x = eval.eval(call.arg(0));
    if (!x.is(Kind::string))
        throw EvalFailure(
            "exists() needs a variable or a string with a path or the name of a template");
    std::string_view s = x.string();
    if (s.starts_with('/') || s.find(':') != std::string_view::npos)
        return Element::of_boolean(eval.object()->find(call.expr,
                                                       parse_path(s, eval.options().dialect),
                                                       false) != nullptr);
    return Element::of_boolean(eval.object()->template_exists(call.expr, s));
}

static std::string check_exists(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && !e->is(Kind::string)
               ? "exists() needs a variable or a string with a path or the name of a template"
               : "";
}

extern const Builtin exists{.name = "exists",
                            .arity = {1, 1},
                            .special = call_exists,
                            .check = check_exists,
                            .pure = false,
                            .doc =
                                "exists(x): is there such a variable or child (x is a variable), "
                                "such an element (x is a path), such a template (x is a name)?"};

}  // namespace weft::compiler::builtin
