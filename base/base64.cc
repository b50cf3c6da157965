// Six bits at a time.
#include "base/base64.hh"

#include <array>

namespace weft {

static constexpr char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(std::string& out, std::string_view bytes, size_t width) {
    out.reserve(out.size() +
                (bytes.size() + 2) / 3 * 4 * (width ? width + 1 : 1) / (width ? width : 1) + 1);
    size_t column = 0;
    for (size_t i = 0; i < bytes.size(); i += 3) {
        auto byte = [&](size_t k) {
            return k < bytes.size() ? uint32_t(static_cast<unsigned char>(bytes[k])) : 0;
        };
        uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
        out += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
        out += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
        column += 4;
        if (width && column >= width) {
            out += '\n';
            column = 0;
        }
    }
}

std::string base64_encode(std::string_view bytes, size_t width) {
    std::string out;
    append_base64(out, bytes, width);
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    static constexpr auto value = [] {
        std::array<signed char, 256> v{};
        v.fill(-1);
        for (int i = 0; i < 64; i++)
            v[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
        return v;
    }();
    std::string out;
    out.reserve(text.size() / 4 * 3);
    uint32_t group = 0;
    int have = 0, padding = 0;
    bool done = false;
    for (char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        int v = value[static_cast<unsigned char>(c)];
        if (v < 0 && c != '=')
            return std::nullopt;
        if (done)
            continue;
        if (c == '=') {
            if (have < 2)
                return std::nullopt;
            padding++;
        } else if (padding) {
            return std::nullopt;  // a letter inside the padding
        }
        group = group << 6 | uint32_t(c == '=' ? 0 : v);
        if (++have < 4)
            continue;
        out += char(group >> 16);
        if (padding < 2)
            out += char(group >> 8);
        if (padding < 1)
            out += char(group);
        done = padding > 0;
        group = 0;
        have = 0;
        padding = 0;
    }
    return out;
}

}  // namespace weft
