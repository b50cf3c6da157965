// unescape: the text that a key was made from by escape.
#include <fmt/core.h>

#include "base/noun/path.hh"
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_unescape(Eval&, const Arguments& arg) {
    auto text = weft::unescape(arg.string(0));
    if (!text)
        throw EvalFailure(fmt::format(
            "unescape(): '{}' is no escaped text: '_' must be followed by two hexadecimal digits",
            arg.string(0)));
    return Element::of_string(*text);
}

extern const Builtin unescape{.name = "unescape",
                              .arity = {1, 1},
                              .call = call_unescape,
                              .doc = "unescape(string): the text that escape() made the key from"};

}  // namespace weft::compiler::builtin
