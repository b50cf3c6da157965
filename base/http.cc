// The small arts of HTTP: dates, percent signs, paths, conditions, encodings.
#include "base/http.hh"

#include <ctime>

namespace weft {

std::string_view HttpRequest::header(std::string_view name) const {
    for (auto& [n, v] : headers)
        if (n == name)
            return v;
    return {};
}

bool HttpRequest::has_header(std::string_view name) const {
    for (auto& [n, v] : headers)
        if (n == name)
            return true;
    return false;
}

static void each_parameter(std::string_view all, std::string_view name,
                           const std::function<bool(std::optional<std::string>)>& f) {
    for (size_t at = 0; at < all.size();) {
        size_t end = std::min(all.find('&', at), all.size());
        std::string_view pair = all.substr(at, end - at);
        at = end + 1;
        size_t eq = std::min(pair.find('='), pair.size());
        auto key = percent_decode(pair.substr(0, eq), true);
        if (key && *key == name &&
            !f(percent_decode(pair.substr(std::min(eq + 1, pair.size())), true)))
            return;
    }
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
    std::optional<std::string> first;
    each_parameter(query, name, [&](auto v) { return first = std::move(v), false; });
    return first;
}

std::vector<std::string> HttpRequest::parameters(std::string_view name) const {
    std::vector<std::string> all;
    each_parameter(query, name, [&](auto v) {
        if (v)
            all.push_back(std::move(*v));
        return true;
    });
    return all;
}

HttpResponse HttpResponse::text(int status, std::string body, std::string type) {
    return {status,
            {{"Content-Type", std::move(type)}},
            std::make_shared<const std::string>(std::move(body))};
}
HttpResponse& HttpResponse::with(std::string name, std::string value) & {
    auto& [n, v] = headers.emplace_back();
    n.swap(name);
    v.swap(value);
    return *this;
}
HttpResponse&& HttpResponse::with(std::string name, std::string value) && {
    return std::move(with(std::move(name), std::move(value)));
}

std::string_view http_reason(int status) {
    static constexpr std::pair<int, std::string_view> table[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {423, "Locked"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };
    for (auto& [code, text] : table)
        if (code == status)
            return text;
    return "Status";
}

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

// ---- encodings and conditions ------------------------------------------------------

bool accepts_gzip(std::string_view s) {
    // A name, then perhaps parameters; between the names commas, blanks, or both.
    bool star = false, named = false, yes = false;
    for (size_t at = 0; (at = s.find_first_not_of(", \t", at)) != std::string_view::npos;) {
        size_t end = std::min(s.find_first_of(", \t;", at), s.size());
        std::string name(s.substr(at, end - at));
        for (char& c : name)
            if (c >= 'A' && c <= 'Z')
                c = char(c + 32);
        at = end;
        bool refused = false;
        for (;;) {  // "; q=0.5", with blanks anywhere
            size_t semi = s.find_first_not_of(" \t", at);
            if (semi == std::string_view::npos || s[semi] != ';')
                break;
            size_t stop = std::min(s.find_first_of(",;", semi + 1), s.size());
            std::string_view parameter = s.substr(semi + 1, stop - semi - 1);
            size_t q = parameter.find_first_not_of(" \t");
            if (q != std::string_view::npos && (parameter[q] == 'q' || parameter[q] == 'Q')) {
                size_t digit = parameter.find_first_of("123456789", q);
                size_t blank =
                    parameter.find_first_of(" \t", parameter.find_first_of("0123456789", q));
                refused = digit == std::string_view::npos || digit > blank;
                if (blank != std::string_view::npos)
                    stop = semi + 1 + blank;
            }
            at = stop;
        }
        if (name == "gzip" || name == "x-gzip") {
            named = true;
            yes |= !refused;
        } else if (name == "*") {
            star |= !refused;
        }
    }
    return named ? yes : star;
}

/// Does the list of an If-None-Match hold one of the tags of this document? Weak comparison, as it
/// should be.
static bool lists_tag(std::string_view list, const std::string& etag) {
    for (size_t at = 0; (at = list.find_first_not_of(", \t", at)) != std::string_view::npos;) {
        if (list[at] == '*')
            return true;
        if (list.substr(at).starts_with("W/"))
            at += 2;
        if (at >= list.size())
            return false;
        size_t from = at, to;
        if (list[at] == '"') {
            from = at + 1;
            to = list.find('"', from);
            if (to == std::string_view::npos)
                return false;
            at = to + 1;
        } else {  // some clients forget the quotes
            to = std::min(list.find_first_of(", \t", at), list.size());
            at = to;
        }
        std::string_view tag = list.substr(from, to - from);
        if (tag == etag || (tag.ends_with("-gz") && tag.substr(0, tag.size() - 3) == etag))
            return true;
    }
    return false;
}

HttpResponse respond(const HttpRequest& r, const HttpDocument& d) {
    bool zip = d.gzip && (!d.plain || accepts_gzip(r.header("accept-encoding")));
    HttpResponse out;
    if (!d.etag.empty())
        out.with("ETag", '"' + d.etag + (zip ? "-gz\"" : "\""));
    if (d.modified)
        out.with("Last-Modified", http_date(d.modified));
    if (d.gzip)
        out.with("Vary", "Accept-Encoding");
    bool same;
    if (r.has_header("if-none-match")) {
        same = !d.etag.empty() && lists_tag(r.header("if-none-match"), d.etag);
    } else {
        auto since = parse_http_date(r.header("if-modified-since"));
        same = since && d.modified && d.modified <= *since;
    }
    if (same) {
        out.status = 304;
        return out;
    }
    out.with("Content-Type", d.type);
    if (zip)
        out.with("Content-Encoding", "gzip");
    out.body = zip ? d.gzip : d.plain;
    return out;
}

}  // namespace weft
