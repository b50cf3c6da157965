// Quoting; bytes that are not UTF-8 become the replacement character, so that an answer is always
// JSON.
#include "cdb/json.hh"

#include <fmt/core.h>

namespace weft::cdb {

/// The length of the well-formed UTF-8 character at the front; 0: there is none.
static size_t character(std::string_view s) {
    auto at = [&](size_t i) {
        return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
    };
    auto tail = [&](size_t i) {
        return (at(i) & 0xc0) == 0x80;
    };
    unsigned c = at(0);
    if (c < 0x80)
        return 1;
    if (c >= 0xc2 && c < 0xe0)
        return tail(1) ? 2 : 0;
    if (c >= 0xe0 && c < 0xf0) {
        bool wrong = (c == 0xe0 && at(1) < 0xa0) || (c == 0xed && at(1) >= 0xa0);
        return tail(1) && tail(2) && !wrong ? 3 : 0;
    }
    if (c >= 0xf0 && c < 0xf5) {
        bool wrong = (c == 0xf0 && at(1) < 0x90) || (c == 0xf4 && at(1) >= 0x90);
        return tail(1) && tail(2) && tail(3) && !wrong ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view s) {
    while (!s.empty()) {
        size_t n = character(s);
        if (!n)
            return false;
        s.remove_prefix(n);
    }
    return true;
}

void Json::quote(std::string_view s) {
    text_ += '"';
    while (!s.empty()) {
        unsigned char c = static_cast<unsigned char>(s[0]);
        size_t n = 1;
        if (c == '"' || c == '\\') {
            text_ += '\\';
            text_ += char(c);
        } else if (c == '\n')
            text_ += "\\n";
        else if (c == '\t')
            text_ += "\\t";
        else if (c < 0x20 || c == 0x7f)
            text_ += fmt::format("\\u{:04x}", c);
        else if (c < 0x80)
            text_ += char(c);
        else if ((n = character(s)))
            text_ += s.substr(0, n);
        else {
            text_ += "\xef\xbf\xbd";
            n = 1;
        }
        s.remove_prefix(n);
    }
    text_ += '"';
}

Json& Json::value(double d) { return raw(fmt::format("{:.6g}", d)); }

Json& Json::value(const std::vector<std::string>& list) {
    open('[');
    for (auto& s : list)
        value(s);
    return close(']');
}

}  // namespace weft::cdb
