// base64_encode: the bytes of a string as printable text.
#include "compiler/builtin.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static Element call(Eval&, const Arguments& arg) {
    std::string_view bytes = arg.string(0);
    check_text_size(arg.function(), bytes.size() / 3 * 4);
    std::string out;
    out.reserve(bytes.size() / 57 * 77 + 80);
    for (size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (size_t k = 0; k < 3; k++) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
        for (size_t k = 0; k < 4; k++) out += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63];
        if (i % 57 == 54) out += '\n';  // a line is 76 characters, and ends even when it is the last
    }
    return Element::of_string(out);
}

extern const Builtin base64_encode{
    .name = "base64_encode", .arity = {1, 1}, .call = call,
    .doc = "base64_encode(string): its UTF-8 bytes in base64, a line end after every 76 characters"};

}  // namespace weft::compiler::builtin
