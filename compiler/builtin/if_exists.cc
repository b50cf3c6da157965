// if_exists: a template's name if there is such a file; made for include.
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_if_exists(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    Element x = eval.eval(call.arg(0));
    if (!x.is(Kind::string))
        throw EvalFailure("if_exists() needs a string with the name of a template");
    return eval.object()->template_exists(call.expr, x.string()) ? x : Element();
}

static std::string check_if_exists(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && !e->is(Kind::string) ? "if_exists() needs a string with the name of a template"
                                     : "";
}

extern const Builtin if_exists{.name = "if_exists",
                               .arity = {1, 1},
                               .special = call_if_exists,
                               .check = check_if_exists,
                               .pure = false,
                               .doc =
                                   "if_exists(name): the name itself if there is a template of "
                                   "that name, else undef; include if_exists('site/hook');"};

}  // namespace weft::compiler::builtin
