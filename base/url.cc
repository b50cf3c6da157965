// Dates, percent signs and paths as URLs and HTTP write them.
#include "base/url.hh"

#include <fmt/core.h>

#include <cctype>
#include <cstdio>
#include <cstring>

namespace weft {

// ---- dates ----------------------------------------------------------------------

static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string http_date(time_t t) {
    struct tm b {};
    gmtime_r(&t, &b);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[b.tm_wday], b.tm_mday,
                       months[b.tm_mon], b.tm_year + 1900, b.tm_hour, b.tm_min, b.tm_sec);
}

/// The second and minute and so on are in their range, and the month has a name.
static std::optional<time_t> checked(struct tm t, std::string_view month) {
    t.tm_mon = -1;
    for (int i = 0; i < 12; i++)
        if (month == months[i])
            t.tm_mon = i;
    auto in = [](int v, int low, int high) {
        return v >= low && v <= high;
    };
    if (t.tm_mon < 0 || !in(t.tm_mday, 1, 31) || !in(t.tm_hour, 0, 23) || !in(t.tm_min, 0, 59) ||
        !in(t.tm_sec, 0, 60) || !in(t.tm_year, 1900, 9999))
        return std::nullopt;
    t.tm_year -= 1900;
    return timegm(&t);
}

std::optional<time_t> parse_http_date(std::string_view s) {
    struct tm t {};
    // The spelling everybody writes today: "Sun, 06 Nov 1994 08:49:37 GMT".
    static constexpr std::string_view shape = "aaa, dd aaa dddd dd:dd:dd GMT";
    bool usual = s.size() == shape.size();
    for (size_t i = 0; usual && i < s.size(); i++)
        usual = shape[i] == 'a'   ? isalpha(static_cast<unsigned char>(s[i]))
                : shape[i] == 'd' ? s[i] >= '0' && s[i] <= '9'
                                  : s[i] == shape[i];
    if (usual) {
        auto two = [&](size_t at) {
            return (s[at] - '0') * 10 + s[at + 1] - '0';
        };
        t.tm_mday = two(5);
        t.tm_year = two(12) * 100 + two(14);
        t.tm_hour = two(17);
        t.tm_min = two(20);
        t.tm_sec = two(23);
        return checked(t, s.substr(8, 3));
    }
    std::string text(s.substr(0, 64));
    char month[4] = "";
    int used = -1;
    auto whole = [&](int fields) {
        return fields == 6 && used == int(text.size()) && text.size() == s.size();
    };
    if (whole(sscanf(text.c_str(), "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &t.tm_mday,
                     month, &t.tm_year, &t.tm_hour, &t.tm_min, &t.tm_sec,
                     &used))) {  // Sunday, 06-Nov-94 08:49:37 GMT
        t.tm_year += t.tm_year < 70 ? 2000 : 1900;
        return checked(t, month);
    }
    used = -1;
    if (whole(sscanf(text.c_str(), "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", month,
                     &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &t.tm_year,
                     &used)))  // Sun Nov  6 08:49:37 1994
        return checked(t, month);
    return std::nullopt;
}

// ---- percent signs and paths ------------------------------------------------------

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

std::optional<std::string> percent_decode(std::string_view s, bool plus) {
    std::string out;
    out.reserve(s.size());
    for (size_t i = 0; i < s.size(); i++) {
        if (s[i] == '%') {
            int high = i + 2 < s.size() ? hex_digit(s[i + 1]) : -1,
                low = i + 2 < s.size() ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return std::nullopt;
            out += char(high * 16 + low);
            i += 2;
        } else {
            out += plus && s[i] == '+' ? ' ' : s[i];
        }
    }
    return out;
}

std::string percent_encode(std::string_view s) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char ch : s) {
        auto c = static_cast<unsigned char>(ch);
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c && strchr("-._~", c));
        if (plain)
            out += ch;
        else
            out += {'%', digits[c >> 4], digits[c & 15]};
    }
    return out;
}

std::optional<std::vector<std::string>> split_path(std::string_view path) {
    std::vector<std::string> out;
    for (size_t at = 0; at < path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        std::string_view part = path.substr(at, end - at);
        at = end + 1;
        if (part.empty())
            continue;
        if (part == "." || part == "..")
            return std::nullopt;
        for (char c : part)
            if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7f)
                return std::nullopt;
        out.emplace_back(part);
    }
    return out;
}

}  // namespace weft
