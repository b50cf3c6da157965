// base64_decode: the text that was encoded in base64.
#include <fmt/core.h>

#include "compiler/builtin.hh"
#include "compiler/utf16.hh"

namespace weft::compiler::builtin {

static int value_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static Element call(Eval&, const Arguments& arg) {
    std::string_view text = arg.string(0);
    std::string bytes;
    unsigned group = 0, count = 0, padding = 0;
    for (size_t i = 0; i < text.size(); i++) {
        char c = text[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        int v = value_of(c);
        if (c == '=' ? count < 2 : v < 0 || padding)
            throw EvalFailure(fmt::format("base64_decode(): '{}' at position {} is not base64",
                                          utf16_slice(text.substr(i, code_point(text, i).bytes), 0, 2), utf16_length(text.substr(0, i))));
        if (c == '=') padding++;
        group = group << 6 | unsigned(c == '=' ? 0 : v);
        if (++count < 4) continue;
        for (unsigned k = 0; k < 3 - padding; k++) bytes += char(group >> (16 - 8 * k));
        if (padding) break;
        group = count = 0;
    }
    return Element::of_string(is_utf8(bytes) ? bytes : repair_utf8(bytes));
}

extern const Builtin base64_decode{
    .name = "base64_decode", .arity = {1, 1}, .call = call,
    .doc = "base64_decode(string): the text that was encoded, read as UTF-8; blanks and line ends are ignored"};

}  // namespace weft::compiler::builtin
