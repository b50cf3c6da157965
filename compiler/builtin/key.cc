// key: the n-th key of a dict.
#include <fmt/core.h>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_key(Eval&, const Arguments& arg) {
    const Dict& children = arg.dict(0);
    int64_t n = arg.long_value(1);
    if (n < 0 || size_t(n) >= children.size())
        throw EvalFailure(
            fmt::format("key(): there is no key number {}: the dict has {}, counted from 0", n,
                        children.size()));
    return Element::of_string(children[size_t(n)].key.view());
}

extern const Builtin key{.name = "key",
                         .arity = {2, 2},
                         .call = call_key,
                         .doc = "key(dict, n): the n-th key in ascending order, counted from 0"};

}  // namespace weft::compiler::builtin
