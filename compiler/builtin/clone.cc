// clone: a copy that shares nothing with the original.
#include "compiler/builtin.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

static Element call_clone(Eval&, const Arguments& arg) {
    check_finite(arg.function(), arg[0]);
    return arg[0].clone();
}

extern const Builtin clone{.name = "clone",
                           .arity = {1, 1},
                           .call = call_clone,
                           .doc = "clone(x): a deep copy; changing it never changes x"};

}  // namespace weft::compiler::builtin
