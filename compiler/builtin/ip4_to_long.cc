// ip4_to_long: an address and its mask as numbers.
#include <fmt/core.h>

#include <charconv>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_ip4_to_long(Eval&, const Arguments& arg) {
    std::string_view text = arg.string(0);
    const char *at = text.data(), *end = at + text.size();
    auto fail = [&](std::string_view why) {
        throw EvalFailure(fmt::format("ip4_to_long(): '{}' {}", text, why));
    };
    auto number = [&](uint32_t highest, std::string_view why) {
        uint32_t v = 0;
        auto [stop, error] = std::from_chars(at, end, v);
        if (stop == at)
            fail("is not of the form a.b.c.d or a.b.c.d/bits");
        if (error != std::errc() || v > highest)
            fail(why);
        at = stop;
        return v;
    };
    int64_t address = 0, mask = 0xFFFFFFFF;
    for (int i = 0; i < 4; i++) {
        if (i && (at == end || *at++ != '.'))
            fail("is not of the form a.b.c.d or a.b.c.d/bits");
        address = address << 8 | number(255, "has a number above 255");
    }
    if (at != end && *at == '/') {
        at++;
        mask &= mask << (32 - number(32, "has more than 32 bits of mask"));
    }
    if (at != end)
        fail("is not of the form a.b.c.d or a.b.c.d/bits");
    Element result = Element::new_list();
    result.list_ref().push_back(Element::of_long(address));
    result.list_ref().push_back(Element::of_long(mask));
    return result;
}

extern const Builtin ip4_to_long{.name = "ip4_to_long",
                                 .arity = {1, 1},
                                 .call = call_ip4_to_long,
                                 .doc =
                                     "ip4_to_long(string): a list of the address and the mask of "
                                     "'a.b.c.d' or 'a.b.c.d/bits' as longs"};

}  // namespace weft::compiler::builtin
