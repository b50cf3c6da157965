// Expat, met once: a profile read by its events, straight into the tree.
#include <expat.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/noun/builder.hh"
#include "base/noun/profile.hh"
#include "base/wrap/free.hh"
#include "base/wrap/gzip.hh"

namespace weft {
namespace {

std::optional<Kind> kind_of(std::string_view tag) {
    for (Kind k : {Kind::dict, Kind::string, Kind::list, Kind::long_, Kind::double_, Kind::boolean})
        if (kind_name(k) == tag)
            return k;
    return std::nullopt;
}

enum class Coding { none, base64, base64_gzip };

struct Reader {
    std::string_view name, document;
    const ReadLimits& limits;
    XML_Parser parser;
    Builder build;
    std::optional<Error> wrong;
    bool began = false;       ///< the root has been seen
    bool in_value = false;    ///< inside a property
    Kind kind = Kind::undef;  ///< of that property
    Coding coding = Coding::none;
    bool link = false;
    std::string text;
    size_t expanded = 0;  ///< bytes that came out of compressed strings

    Reader(std::string_view n, std::string_view d, const ReadLimits& l, XML_Parser p)
        : name(n), document(d), limits(l), parser(p), build(l) {}

    /// The byte where the present tag or text begins.
    size_t here() const { return size_t(std::max(XML_GetCurrentByteIndex(parser), XML_Index(0))); }
    /// The first thing that is wrong ends the reading. Nothing may be thrown through the C library.
    void fail(std::string message, std::string hint = {}) {
        fail_at(here(), std::move(message), std::move(hint));
    }
    void fail_at(size_t at, std::string message, std::string hint = {}) {
        if (wrong)
            return;
        wrong = misread(document, at, name, std::move(message), std::move(hint));
        XML_StopParser(parser, XML_FALSE);
    }
    void start(std::string_view tag, const char** attributes);
    void end();
    std::optional<Element> property();
};

void Reader::start(std::string_view tag, const char** attributes) {
    std::string_view key, format, encoding, type;
    bool named = false, formatted = false;
    for (; *attributes; attributes += 2) {
        std::string_view attribute = attributes[0], value = attributes[1];
        if (attribute == "name") {
            key = value;
            named = true;
        } else if (attribute == "format") {
            format = value;
            formatted = true;
        } else if (attribute == "encoding")
            encoding = value;
        else if (attribute == "type")
            type = value;
    }
    auto k = kind_of(tag);
    if (!began) {
        began = true;
        if (k != Kind::dict || (formatted && format != "pan") || (named && key != "profile") ||
            (!named && !formatted))
            return fail(fmt::format("the root element <{}> is not that of a profile", tag),
                        "a profile begins with <nlist format=\"pan\" name=\"profile\">");
    }
    if (in_value)
        return fail(fmt::format("element <{}> inside a {}", tag, kind_name(kind)));
    if (!k)
        return fail(fmt::format("unknown element <{}>", tag));
    if (build.in_dict()) {
        if (!named)
            return fail(fmt::format("a {} in an nlist has no name", tag));
        if (auto bad = build.key(key, here()))
            return fail(*bad);
    }
    if (*k == Kind::dict || *k == Kind::list) {
        if (auto bad = build.open(*k))
            fail(*bad);
        return;
    }
    if (encoding.empty() || encoding == "none")
        coding = Coding::none;
    else if (encoding == "base64")
        coding = Coding::base64;
    else if (encoding == "base64,gzip")
        coding = Coding::base64_gzip;
    else
        return fail(fmt::format("unknown encoding '{}'", encoding));
    in_value = true;
    kind = *k;
    link = type == "link";
    text.clear();
}

std::optional<Element> Reader::property() {
    if (coding != Coding::none) {
        auto bytes = base64_decode(text);
        if (!bytes) {
            fail("what should be base64 is not");
            return std::nullopt;
        }
        text = std::move(*bytes);
        if (coding == Coding::base64_gzip) {
            text = gunzip(text, limits.bytes - expanded);
            expanded += text.size();
        }
    }
    const char *from = text.data(), *to = from + text.size();
    switch (kind) {
        case Kind::string: {
            Element e = Element::of_string(text);
            e.set_link(link);
            return e;
        }
        case Kind::boolean:
            if (text == "true" || text == "false")
                return Element::of_boolean(text == "true");
            break;
        case Kind::long_: {
            int64_t l;
            auto [end, ec] = std::from_chars(from, to, l);
            if (ec == std::errc() && end == to)
                return Element::of_long(l);
            break;
        }
        default: {
            if (text == "NaN")
                return Element::of_double(std::numeric_limits<double>::quiet_NaN());
            if (text == "Infinity")
                return Element::of_double(HUGE_VAL);
            if (text == "-Infinity")
                return Element::of_double(-HUGE_VAL);
            double d;
            auto [end, ec] = std::from_chars(from, to, d);
            if (ec == std::errc() && end == to && std::isfinite(d))
                return Element::of_double(d);
        }
    }
    fail(fmt::format("'{}' is no {}", text.substr(0, 40), kind_name(kind)));
    return std::nullopt;
}

void Reader::end() {
    if (!in_value) {
        if (auto bad = build.close())
            fail_at(bad->place, bad->message);
        return;
    }
    in_value = false;
    auto e = property();
    if (!e)
        return;
    if (auto bad = build.add(std::move(*e)))
        fail(*bad);
}

/// Run a step of the reader behind a C callback: what it throws is remembered.
template <class F>
void guarded(void* data, F step) {
    Reader& r = *static_cast<Reader*>(data);
    if (r.wrong)
        return;
    try {
        step(r);
    } catch (const Error& e) {
        r.fail(e.message);
    } catch (const std::bad_alloc&) {
        r.fail("out of memory");
    }
}

void on_start(void* data, const char* tag, const char** attributes) {
    guarded(data, [&](Reader& r) { r.start(tag, attributes); });
}

void on_end(void* data, const char*) {
    guarded(data, [](Reader& r) { r.end(); });
}

void on_text(void* data, const char* text, int n) {
    guarded(data, [&](Reader& r) {
        std::string_view s(text, size_t(n));
        if (r.in_value)
            r.text += s;
        else if (s.find_first_not_of(" \t\r\n") != std::string_view::npos)
            r.fail("text between elements");
    });
}

/// Without document types there are no entities but the five of XML itself: nothing is ever fetched
/// or expanded.
void on_doctype(void* data, const char*, const char*, const char*, int) {
    guarded(data, [](Reader& r) { r.fail("a profile has no document type"); });
}

std::string complaint(XML_Error code) {
    switch (code) {
        case XML_ERROR_NO_MEMORY: return "out of memory";
        case XML_ERROR_NO_ELEMENTS:
        case XML_ERROR_UNCLOSED_TOKEN:
        case XML_ERROR_UNCLOSED_CDATA_SECTION:
        case XML_ERROR_PARTIAL_CHAR: return "the document is incomplete";
        case XML_ERROR_INVALID_TOKEN:
            return "not well-formed: no such character or tag may stand here";
        default: return fmt::format("not well-formed: {}", XML_ErrorString(code));
    }
}

}  // namespace

Element read_xml(std::string_view text, std::string_view name, const ReadLimits& limits) {
    Where start{std::string(name), 1, 1};
    if (text.size() > std::min(limits.bytes, size_t(std::numeric_limits<int>::max())))
        throw Error(
            exit_data,
            fmt::format("the document has {} bytes; the limit is {}", text.size(), limits.bytes),
            start);
    if (text.empty())
        throw Error(exit_data, "the document is empty", start);
    std::string_view begin = text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
    size_t first = begin.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || begin[first] != '<' ||
        text.find('\0') != std::string_view::npos)
        throw Error(exit_data, "the document is not XML in UTF-8", start);

    // A profile is UTF-8, whatever it says of itself.
    std::unique_ptr<XML_ParserStruct, Free<XML_ParserFree>> parser(XML_ParserCreate("UTF-8"));
    if (!parser)
        throw std::bad_alloc();
    Reader reader(name, text, limits, parser.get());
    XML_SetUserData(parser.get(), &reader);
    XML_SetElementHandler(parser.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
    if (XML_Parse(parser.get(), text.data(), int(text.size()), XML_TRUE) != XML_STATUS_OK)
        reader.fail(complaint(XML_GetErrorCode(parser.get())));
    else if (!reader.build.complete())
        reader.fail("the document is incomplete");
    if (reader.wrong)
        throw std::move(*reader.wrong);
    return reader.build.take();
}

}  // namespace weft
