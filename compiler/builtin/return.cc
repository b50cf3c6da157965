// return: the end of the running function or block.
#include "compiler/evaluate/eval.hh"

namespace weft::compiler::builtin {

static Element call_return(Eval& eval, const CallNode& call) {
    Element v = eval.eval(call.arg(0));
    eval.start_return();
    return v;
}

extern const Builtin return_{
    .name = "return",
    .arity = {1, 1},
    .special = call_return,
    .pure = false,
    .keeps = true,
    .doc = "return(x): end the running function, or the block outside of one, with this value"};

}  // namespace weft::compiler::builtin
