// base64_encode: the bytes of a string as printable text.
#include "base/base64.hh"
#include "compiler/builtin.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

static Element call_base64_encode(Eval&, const Arguments& arg) {
    check_text_size(arg.function(), arg.string(0).size() / 3 * 4);
    return Element::of_string(weft::base64_encode(arg.string(0)));
}

extern const Builtin base64_encode{
    .name = "base64_encode",
    .arity = {1, 1},
    .call = call_base64_encode,
    .doc =
        "base64_encode(string): its UTF-8 bytes in base64, a line end after every 76 characters"};

}  // namespace weft::compiler::builtin
