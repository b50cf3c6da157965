// delete: remove a local variable or a child.
#include "compiler/evaluate/eval.hh"

namespace weft::compiler::builtin {

static Element call_delete(Eval& eval, const CallNode& call) {
    eval.remove(call.arg(0));
    return {};
}

static std::string check_delete(const CallNode& call) {
    const Expr& v = call.arg(0);
    if (!call.is_variable(0))
        return "delete() needs a variable or a child of one";
    if (v.op == Op::self && v.kids.empty())
        return "SELF itself cannot be deleted, only its children";
    return "";
}

extern const Builtin delete_{.name = "delete",
                             .arity = {1, 1},
                             .special = call_delete,
                             .check = check_delete,
                             .pure = false,
                             .keeps = true,
                             .doc =
                                 "delete(variable): remove the local variable, or the child it "
                                 "names; nothing happens if there is none"};

}  // namespace weft::compiler::builtin
