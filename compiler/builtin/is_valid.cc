// is_valid: would this value pass that type?
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_is_valid(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    Element x = eval.eval(call.arg(1));
    return Element::of_boolean(
        eval.object()->valid(call.expr, symbol_text(Name::variable, call.arg(0).symbol).view(), x));
}

static std::string check_is_valid(const CallNode& call) {
    const Expr& type = call.arg(0);
    return type.op == Op::variable && type.kids.empty()
               ? ""
               : "is_valid() requires the first argument to be a type";
}

extern const Builtin is_valid{
    .name = "is_valid",
    .arity = {2, 2},
    .special = call_is_valid,
    .check = check_is_valid,
    .pure = false,
    .doc = "is_valid(type, x): would x pass the type of this name? no defaults are filled in"};

}  // namespace weft::compiler::builtin
