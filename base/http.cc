// The small arts of HTTP: parameters, conditions, encodings.
#include "base/http.hh"

#include "base/url.hh"

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
    each_parameter(query, name, [&](auto v) {
        first = std::move(v);
        return false;
    });
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
