// Boost.JSON's event parser, met once: strict JSON straight into the tree, no document in between.
#include <fmt/core.h>
#include <boost/json/basic_parser_impl.hpp>

#include <charconv>
#include <cmath>

#include "base/error.hh"
#include "base/noun/builder.hh"
#include "base/noun/profile.hh"
#include "base/noun/request.hh"

namespace weft {
namespace {

namespace json = boost::json;

/// The events of one document. A handler stops the parser by setting `ec`; why is in `wrong`.
struct Handler {
    static constexpr size_t max_object_size = size_t(-1), max_array_size = size_t(-1);
    static constexpr size_t max_key_size = size_t(-1), max_string_size = size_t(-1);

    Builder build;
    bool typed, profile;
    std::string text;  ///< the parts of a string, key or number
    std::string wrong;
    size_t key_number = 0;  ///< how many keys came before: the place of a repeated one
    size_t repeated = 0;

    Handler(const ReadLimits& limits, bool t, bool p, const std::set<std::string_view>* names)
        : build(limits, !p, names), typed(t), profile(p) {}

    bool stop(std::string why, json::error_code& ec) {
        wrong = std::move(why);
        ec = json::error::syntax;
        return false;
    }
    bool check(Builder::Wrong w, json::error_code& ec) {
        return w ? stop(std::move(*w), ec) : true;
    }
    bool add(Element e, json::error_code& ec) {
        if (profile && build.at_top())
            return stop("a profile is an object", ec);
        return check(build.add(std::move(e)), ec);
    }
    bool number(json::string_view last, json::error_code& ec);

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code& ec) { return check(build.open(Kind::dict), ec); }
    bool on_array_begin(json::error_code& ec) {
        if (profile && build.at_top())
            return stop("a profile is an object", ec);
        return check(build.open(Kind::list), ec);
    }
    bool close(json::error_code& ec) {
        auto twice = build.close();
        if (!twice)
            return true;
        repeated = twice->place;
        return stop(std::move(twice->message), ec);
    }
    bool on_object_end(size_t, json::error_code& ec) { return close(ec); }
    bool on_array_end(size_t, json::error_code& ec) { return close(ec); }
    bool part(json::string_view s) {
        text.append(s.data(), s.size());
        return true;
    }
    bool on_key_part(json::string_view s, size_t, json::error_code&) { return part(s); }
    bool on_string_part(json::string_view s, size_t, json::error_code&) { return part(s); }
    bool on_number_part(json::string_view s, json::error_code&) { return part(s); }
    bool on_key(json::string_view s, size_t, json::error_code& ec) {
        part(s);
        auto w = build.key(text, ++key_number);
        text.clear();
        return check(std::move(w), ec);
    }
    bool on_string(json::string_view s, size_t, json::error_code& ec) {
        part(s);
        Element e = Element::of_string(text);
        text.clear();
        return add(std::move(e), ec);
    }
    bool on_int64(int64_t, json::string_view s, json::error_code& ec) { return number(s, ec); }
    bool on_uint64(uint64_t, json::string_view s, json::error_code& ec) { return number(s, ec); }
    bool on_double(double, json::string_view s, json::error_code& ec) { return number(s, ec); }
    bool on_bool(bool b, json::error_code& ec) { return add(Element::of_boolean(b), ec); }
    bool on_null(json::error_code& ec) { return add(Element::null(), ec); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
};

/// Read the digits ourselves: exact, and a long stays a long.
bool Handler::number(json::string_view last, json::error_code& ec) {
    part(last);
    std::string digits = std::move(text);
    text.clear();
    const char *from = digits.data(), *to = from + digits.size();
    if (!typed)
        return add(Element::of_string(digits), ec);
    if (digits.find_first_of(".eE") == std::string::npos) {
        int64_t l;
        auto [end, wrong_number] = std::from_chars(from, to, l);
        if (wrong_number != std::errc() || end != to)
            return stop(fmt::format("'{}' is no long", digits.substr(0, 40)), ec);
        return add(Element::of_long(l), ec);
    }
    double d;
    auto [end, wrong_number] = std::from_chars(from, to, d);
    if (wrong_number != std::errc() || end != to || !std::isfinite(d))
        return stop(fmt::format("'{}' is no double", digits.substr(0, 40)), ec);
    return add(Element::of_double(d), ec);
}

/// Where the n-th key (from 1) of a document begins that is well-formed up to there.
size_t offset_of_key(std::string_view text, size_t n) {
    size_t start = 0;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '"')
            continue;
        start = i;
        for (i++; i < text.size() && text[i] != '"'; i++)
            if (text[i] == '\\')
                i++;
        size_t colon = text.find_first_not_of(" \t\r\n", i + 1);
        if (colon != std::string_view::npos && text[colon] == ':' && --n == 0)
            break;
    }
    return start;
}

Element read(std::string_view text, std::string_view name, const ReadLimits& limits, bool typed,
             bool profile, const std::set<std::string_view>* names = nullptr) {
    if (text.size() > limits.bytes)
        throw Error(
            exit_data,
            fmt::format("the document has {} bytes; the limit is {}", text.size(), limits.bytes),
            Where{std::string(name), 1, 1});
    json::parse_options options;
    options.max_depth = limits.depth + 1;  // one more, so that our own limit speaks
    json::basic_parser<Handler> parser(options, limits, typed, profile, names);
    json::error_code ec;
    size_t at = parser.write_some(false, text.data(), text.size(), ec);
    Handler& h = parser.handler();
    if (!ec && at < text.size())
        ec = json::error::extra_data;
    if (!ec && h.build.complete())
        return h.build.take();

    if (h.repeated)
        at = offset_of_key(text, h.repeated);
    std::string message = !h.wrong.empty()                       ? h.wrong
                          : ec == json::error::incomplete || !ec ? "the document is incomplete"
                                                                 : "not JSON: " + ec.message();
    throw misread(text, at, name, std::move(message));
}

}  // namespace

Element read_json(std::string_view text, std::string_view name, const JsonReading& how) {
    return read(text, name, how.limits, how.typed, true);
}

Element parse_json(std::string_view text, std::string_view name, const ReadLimits& limits) {
    return read(text, name, limits, true, false);
}

Element parse_json_named(std::string_view text, std::string_view name,
                         const std::set<std::string_view>& names) {
    return read(text, name, {}, true, false, &names);
}

}  // namespace weft
