// file_exists: is there such a file in the include path?
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_file_exists(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    Element x = eval.eval(call.arg(0));
    if (!x.is(Kind::string))
        throw EvalFailure("file_exists() needs a string with the name of a file");
    return Element::of_boolean(eval.object()->file_exists(call.expr, x.string()));
}

static std::string check_file_exists(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && (!e->is(Kind::string) || e->string().empty())
               ? "file_exists() needs a string with the name of a file"
               : "";
}

extern const Builtin file_exists{
    .name = "file_exists",
    .arity = {1, 1},
    .special = call_file_exists,
    .check = check_file_exists,
    .pure = false,
    .doc = "file_exists(name): is there a file of this name, looked for through the include path?"};

}  // namespace weft::compiler::builtin
