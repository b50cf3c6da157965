// Positions of UTF-16 units in UTF-8 text, with a short way for ASCII.
#include "compiler/text/utf16.hh"

#include <cstdint>
#include <cstring>

namespace weft::compiler {

bool is_ascii(std::string_view s) {
    size_t i = 0;
    for (; i + 8 <= s.size(); i += 8) {
        uint64_t w;
        std::memcpy(&w, s.data() + i, 8);
        if (w & 0x8080808080808080u)
            return false;
    }
    for (; i < s.size(); i++)
        if (s[i] & 0x80)
            return false;
    return true;
}

CodePoint code_point(std::string_view s, size_t at) {
    auto byte = [&](size_t i) -> unsigned {
        return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
    };
    auto follows = [&](size_t i) {
        return (byte(i) & 0xC0) == 0x80;
    };
    unsigned c = byte(at);
    if (c < 0x80)
        return {c, 1};
    if (c >= 0xC2 && c < 0xE0 && follows(at + 1))
        return {(c & 31) << 6 | (byte(at + 1) & 63), 2};
    if (c >= 0xE0 && c < 0xF0 && follows(at + 1) && follows(at + 2)) {
        char32_t v = (c & 15) << 12 | (byte(at + 1) & 63) << 6 | (byte(at + 2) & 63);
        if (v >= 0x800 && (v < 0xD800 || v > 0xDFFF))
            return {v, 3};
    }
    if (c >= 0xF0 && c < 0xF5 && follows(at + 1) && follows(at + 2) && follows(at + 3)) {
        char32_t v = (c & 7) << 18 | (byte(at + 1) & 63) << 12 | (byte(at + 2) & 63) << 6 |
                     (byte(at + 3) & 63);
        if (v >= 0x10000 && v <= 0x10FFFF)
            return {v, 4};
    }
    return {0xFFFD, 1};
}

void append_utf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xC0 | c >> 6);
        out += char(0x80 | (c & 63));
    } else if (c < 0x10000) {
        out += char(0xE0 | c >> 12);
        out += char(0x80 | (c >> 6 & 63));
        out += char(0x80 | (c & 63));
    } else {
        out += char(0xF0 | c >> 18);
        out += char(0x80 | (c >> 12 & 63));
        out += char(0x80 | (c >> 6 & 63));
        out += char(0x80 | (c & 63));
    }
}

static bool malformed(const CodePoint& c) { return c.value == 0xFFFD && c.bytes == 1; }

bool is_utf8(std::string_view s) {
    if (is_ascii(s))
        return true;
    for (size_t i = 0; i < s.size();) {
        CodePoint c = code_point(s, i);
        if (malformed(c))
            return false;
        i += c.bytes;
    }
    return true;
}

std::string repair_utf8(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (size_t i = 0; i < s.size();) {
        CodePoint c = code_point(s, i);
        append_utf8(out, c.value);
        i += c.bytes;
    }
    return out;
}

std::string_view well_formed(std::string_view s, std::string& repaired) {
    if (is_utf8(s))
        return s;
    return repaired = repair_utf8(s);
}

static size_t units(const CodePoint& c) { return c.bytes == 4 ? 2 : 1; }

size_t utf16_length(std::string_view s) {
    if (is_ascii(s))
        return s.size();
    size_t n = 0;
    for (size_t i = 0; i < s.size();) {
        CodePoint c = code_point(s, i);
        n += units(c);
        i += c.bytes;
    }
    return n;
}

size_t byte_of_unit(std::string_view s, size_t unit) {
    if (is_ascii(s))
        return unit;
    size_t i = 0;
    for (size_t n = 0; i < s.size() && n < unit;) {
        CodePoint c = code_point(s, i);
        n += units(c);
        i += c.bytes;
    }
    return i;
}

std::string utf16_slice(std::string_view s, size_t from, size_t to) {
    if (is_ascii(s))
        return std::string(s.substr(from, to - from));
    std::string out;
    size_t n = 0;
    for (size_t i = 0; i < s.size() && n < to;) {
        CodePoint c = code_point(s, i);
        size_t end = n + units(c);
        if (end > from)
            append_utf8(out, n < from || end > to ? U'\uFFFD' : c.value);
        n = end;
        i += c.bytes;
    }
    return out;
}

}  // namespace weft::compiler
