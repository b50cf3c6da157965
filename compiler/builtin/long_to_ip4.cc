// long_to_ip4: a number as an address.
#include <fmt/core.h>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_long_to_ip4(Eval&, const Arguments& arg) {
    int64_t n = arg.long_value(0);
    if (n < 0 || n > 0xFFFFFFFF)
        throw EvalFailure(fmt::format("long_to_ip4(): {} is not within 0 and 4294967295", n));
    return Element::of_string(
        fmt::format("{}.{}.{}.{}", n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255));
}

extern const Builtin long_to_ip4{.name = "long_to_ip4",
                                 .arity = {1, 1},
                                 .call = call_long_to_ip4,
                                 .doc = "long_to_ip4(long): the address in dotted form"};

}  // namespace weft::compiler::builtin
