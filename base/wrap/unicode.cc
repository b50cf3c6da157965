// ASCII is mapped here; anything else is libunistring's.
#include "base/wrap/unicode.hh"

#include <unicase.h>
#include <unistr.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/wrap/free.hh"

namespace weft {

using Mapping = uint8_t* (*)(const uint8_t*, size_t, const char*, uninorm_t, uint8_t*, size_t*);

static std::string repaired(std::string_view s) {
    std::string out;
    auto* at = reinterpret_cast<const uint8_t*>(s.data());
    for (size_t left = s.size(); left;) {
        ucs4_t c;
        int n = u8_mbtoucr(&c, at, left);
        if (n <= 0) {
            out += "\xef\xbf\xbd";
            n = 1;
        } else
            out.append(reinterpret_cast<const char*>(at), size_t(n));
        at += n;
        left -= size_t(n);
    }
    return out;
}

static std::string map_case(std::string_view s, char first, char last, Mapping mapping) {
    std::string out(s);
    bool ascii = true;
    for (char& c : out) {
        if (c >= first && c <= last)
            c = char(c ^ 32);
        ascii = ascii && !(c & 0x80);
    }
    if (ascii)
        return out;
    size_t n = 0;
    auto* text = reinterpret_cast<const uint8_t*>(s.data());
    if (u8_check(text, s.size()))
        return map_case(repaired(s), first, last, mapping);
    std::unique_ptr<uint8_t, Free<std::free>> mapped(
        mapping(text, s.size(), nullptr, nullptr, nullptr, &n));
    if (!mapped)
        throw std::bad_alloc();
    return {reinterpret_cast<const char*>(mapped.get()), n};
}

std::string to_upper(std::string_view s) { return map_case(s, 'a', 'z', u8_toupper); }
std::string to_lower(std::string_view s) { return map_case(s, 'A', 'Z', u8_tolower); }

}  // namespace weft
