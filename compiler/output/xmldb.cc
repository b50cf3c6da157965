// Writing "xmldb".
#include "compiler/output/xmldb.hh"

#include <fmt/core.h>

#include "base/noun/profile.hh"

namespace weft::compiler {

static void append_escaped(std::string& out, std::string_view text) {
    for (char c : text)
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '\r': out += "&#13;"; break;
            default: out += c;
        }
}

/// The element's name; for a key that cannot be one, _ and the key in hexadecimal, with the key
/// beside it.
static std::string tag(std::string_view key, std::string& attributes) {
    auto letter = [](char c) {
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    };
    bool safe = letter(key[0]) || key[0] == '_';
    for (char c : key)
        safe = safe && (letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-');
    if (key.size() >= 3 && (key[0] | 32) == 'x' && (key[1] | 32) == 'm' && (key[2] | 32) == 'l')
        safe = false;
    if (safe)
        return std::string(key);
    std::string name = "_";
    for (unsigned char c : key)
        name += fmt::format("{:02x}", c);
    attributes = fmt::format(" unencoded=\"{}\"", key);
    return name;
}

/// The elements for one key: of a list one for each item, and an empty one leaves nothing.
static void write(const Element& e, std::string_view key, size_t level, size_t lists,
                  std::string& out) {
    if (e.is(Kind::list)) {
        for (const Element& item : e.list()) {
            if (!item.is(Kind::list)) {
                write(item, key, level, lists + 1, out);
                continue;
            }
            if (!item.size())
                continue;
            std::string attributes, name = tag(key, attributes);
            out += fmt::format("{:{}}<{}{} list=\"{}\">\n", "", 4 * level, name, attributes,
                               lists + 1);
            write(item, key, level + 1, lists + 1, out);
            out += fmt::format("{:{}}</{}>\n", "", 4 * level, name);
        }
        return;
    }
    std::string attributes, name = tag(key, attributes);
    if (!e.is_resource())
        attributes += fmt::format(" type=\"{}\"", kind_name(e.kind()));
    if (lists)
        attributes += fmt::format(" list=\"{}\"", lists);
    out += fmt::format("{:{}}<{}{}", "", 4 * level, name, attributes);
    if (e.is(Kind::dict)) {
        if (!e.size()) {
            out += "/>\n";
            return;
        }
        out += ">\n";
        for (const Dict::Entry& c : e.dict())
            write(c.value, c.key.view(), level + 1, 0, out);
        out += fmt::format("{:{}}</{}>\n", "", 4 * level, name);
        return;
    }
    std::string text = property_text(e);
    if (text.empty()) {
        out += "/>\n";
        return;
    }
    out += '>';
    append_escaped(out, text);
    out += fmt::format("</{}>\n", name);
}

void write_xmldb(const Result& r, std::string& out) {
    out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?><profile format=\"xmldb\"";
    if (!r.root.size()) {
        out += "/>\n";
        return;
    }
    out += ">\n";
    for (const Dict::Entry& c : r.root.dict())
        write(c.value, c.key.view(), 1, 0, out);
    out += "</profile>\n";
}

}  // namespace weft::compiler
