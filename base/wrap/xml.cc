// libxml2, met once: a profile read by SAX events, straight into the tree.
#include <fmt/core.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

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

std::string_view view(const xmlChar* s) { return s ? std::string_view(reinterpret_cast<const char*>(s)) : std::string_view(); }

std::optional<Kind> kind_of(std::string_view tag) {
    for (Kind k : {Kind::dict, Kind::string, Kind::list, Kind::long_, Kind::double_, Kind::boolean})
        if (kind_name(k) == tag) return k;
    return std::nullopt;
}

enum class Coding { none, base64, base64_gzip };

struct Reader {
    std::string_view name;
    const ReadLimits& limits;
    xmlParserCtxtPtr parser = nullptr;
    Builder build;
    std::optional<Error> error;
    bool began = false;        ///< the root has been seen
    bool in_value = false;     ///< inside a property
    Kind kind = Kind::undef;   ///< of that property
    Coding coding = Coding::none;
    bool link = false;
    std::string text;
    size_t expanded = 0;       ///< bytes that came out of compressed strings

    Reader(std::string_view n, const ReadLimits& l) : name(n), limits(l), build(l) {}

    /// The first thing that is wrong ends the reading. Nothing may be thrown through the C library.
    void fail(std::string message, int line = 0, int col = 0, std::string hint = {}) {
        if (error) return;
        if (!line && parser->input) line = parser->input->line, col = parser->input->col;
        error = Error(exit_data, std::move(message), Where{std::string(name), line, col}, std::move(hint));
        xmlStopParser(parser);
    }
    void start(std::string_view tag, bool prefixed, int n, const xmlChar** attributes);
    void end();
    std::optional<Element> property();
};

void Reader::start(std::string_view tag, bool prefixed, int n, const xmlChar** attributes) {
    std::string_view key, format, encoding, type;
    bool named = false, formatted = false;
    for (int i = 0; i < n; i++, attributes += 5) {
        if (attributes[1]) continue;
        std::string_view attribute = view(attributes[0]);
        std::string_view value(reinterpret_cast<const char*>(attributes[3]), size_t(attributes[4] - attributes[3]));
        if (attribute == "name") key = value, named = true;
        else if (attribute == "format") format = value, formatted = true;
        else if (attribute == "encoding") encoding = value;
        else if (attribute == "type") type = value;
    }
    auto k = prefixed ? std::nullopt : kind_of(tag);
    if (!began) {
        began = true;
        if (k != Kind::dict || (formatted && format != "pan") || (named && key != "profile") || (!named && !formatted))
            return fail(fmt::format("the root element <{}> is not that of a profile", tag), 0, 0,
                        "a profile begins with <nlist format=\"pan\" name=\"profile\">");
    }
    if (in_value) return fail(fmt::format("element <{}> inside a {}", tag, kind_name(kind)));
    if (!k) return fail(fmt::format("unknown element <{}>", tag));
    if (build.in_dict()) {
        if (!named) return fail(fmt::format("a {} in an nlist has no name", tag));
        if (auto wrong = build.key(key, parser->input->line, parser->input->col)) return fail(*wrong);
    }
    if (*k == Kind::dict || *k == Kind::list) {
        if (auto wrong = build.open(*k)) fail(*wrong);
        return;
    }
    if (encoding.empty() || encoding == "none") coding = Coding::none;
    else if (encoding == "base64") coding = Coding::base64;
    else if (encoding == "base64,gzip") coding = Coding::base64_gzip;
    else return fail(fmt::format("unknown encoding '{}'", encoding));
    in_value = true;
    kind = *k;
    link = type == "link";
    text.clear();
}

std::optional<Element> Reader::property() {
    if (coding != Coding::none) {
        auto bytes = base64_decode(text);
        if (!bytes) return fail("what should be base64 is not"), std::nullopt;
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
        if (text == "true" || text == "false") return Element::of_boolean(text == "true");
        break;
    case Kind::long_: {
        int64_t l;
        auto [end, ec] = std::from_chars(from, to, l);
        if (ec == std::errc() && end == to) return Element::of_long(l);
        break;
    }
    default: {
        if (text == "NaN") return Element::of_double(std::numeric_limits<double>::quiet_NaN());
        if (text == "Infinity") return Element::of_double(HUGE_VAL);
        if (text == "-Infinity") return Element::of_double(-HUGE_VAL);
        double d;
        auto [end, ec] = std::from_chars(from, to, d);
        if (ec == std::errc() && end == to && std::isfinite(d)) return Element::of_double(d);
    }
    }
    return fail(fmt::format("'{}' is no {}", text.substr(0, 40), kind_name(kind))), std::nullopt;
}

void Reader::end() {
    if (!in_value) {
        if (auto wrong = build.close()) fail(wrong->message, wrong->line, wrong->col);
        return;
    }
    in_value = false;
    auto e = property();
    if (!e) return;
    if (auto wrong = build.add(std::move(*e))) fail(*wrong);
}

/// Run a step of the reader behind a C callback: what it throws is remembered.
template <class F> void guarded(void* data, F step) {
    Reader& r = *static_cast<Reader*>(data);
    if (r.error) return;
    try {
        step(r);
    } catch (const Error& e) {
        r.fail(e.message);
    } catch (const std::bad_alloc&) {
        r.fail("out of memory");
    }
}

void on_start(void* data, const xmlChar* local, const xmlChar* prefix, const xmlChar*, int, const xmlChar**, int n, int,
              const xmlChar** attributes) {
    guarded(data, [&](Reader& r) { r.start(view(local), prefix, n, attributes); });
}

void on_end(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    guarded(data, [](Reader& r) { r.end(); });
}

void on_text(void* data, const xmlChar* text, int n) {
    guarded(data, [&](Reader& r) {
        std::string_view s(reinterpret_cast<const char*>(text), size_t(n));
        if (r.in_value) r.text += s;
        else if (s.find_first_not_of(" \t\r\n") != std::string_view::npos) r.fail("text between elements");
    });
}

void on_doctype(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    guarded(data, [](Reader& r) { r.fail("a profile has no document type"); });
}

void on_reference(void* data, const xmlChar* name) {
    guarded(data, [&](Reader& r) { r.fail(fmt::format("unknown entity '{}'", view(name))); });
}

void on_error(void* data, xmlErrorPtr e) {
    if (e->level < XML_ERR_ERROR) return;
    guarded(data, [&](Reader& r) {
        std::string message = e->message ? e->message : "malformed XML";
        while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
        if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z' && message.size() > 1 && message[1] >= 'a')
            message[0] = char(message[0] | 32);
        std::replace(message.begin(), message.end(), '\n', ' ');
        r.fail("not well-formed: " + message, e->line, e->int2);
    });
}

}  // namespace

Element read_xml(std::string_view text, std::string_view name, const ReadLimits& limits) {
    Where start{std::string(name), 1, 1};
    if (text.size() > std::min(limits.bytes, size_t(std::numeric_limits<int>::max())))
        throw Error(exit_data, fmt::format("the document has {} bytes; the limit is {}", text.size(), limits.bytes), start);
    if (text.empty()) throw Error(exit_data, "the document is empty", start);
    // A profile is UTF-8: libxml2 shall neither guess nor believe in another encoding.
    std::string_view begin = text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
    size_t first = begin.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || begin[first] != '<' || text.find('\0') != std::string_view::npos)
        throw Error(exit_data, "the document is not XML in UTF-8", start);
    static const bool initialized = (xmlInitParser(), true);
    (void)initialized;

    Reader reader(name, limits);
    std::unique_ptr<xmlParserCtxt, Free<xmlFreeParserCtxt>> parser(
        xmlCreateMemoryParserCtxt(text.data(), int(text.size())));
    if (!parser) throw std::bad_alloc();
    reader.parser = parser.get();
    // Not XML_PARSE_NOENT: nothing is ever substituted. HUGE lifts a depth limit of 256; ours replaces it.
    xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC);
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = sax.ignorableWhitespace = sax.cdataBlock = on_text;
    sax.internalSubset = on_doctype;
    sax.reference = on_reference;
    sax.serror = on_error;
    *parser->sax = sax;
    parser->userData = &reader;
    xmlParseDocument(parser.get());

    if (!reader.error && (!parser->wellFormed || !reader.build.complete())) reader.fail("the document is incomplete");
    if (reader.error) {
        reader.error->line = line_of(text.substr(0, text.size()), reader.error->where.line).substr(0, 200);
        throw std::move(*reader.error);
    }
    return reader.build.take();
}

}  // namespace weft
