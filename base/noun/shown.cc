// One line for a value.
#include "base/noun/shown.hh"

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft {

std::string shown_value(const Element& e) {
    if (e.is(Kind::list))
        return "[]";
    if (e.is(Kind::dict))
        return "{}";
    if (!e.is(Kind::string))
        return e.is_defined() ? property_text(e) : std::string(kind_name(e.kind()));
    std::string out;
    write_json(e, out, {.one_line = true});
    return out;
}

static void append(const Element& e, std::string& out, size_t limit) {
    if (limit && out.size() > limit)
        return;
    if (!e.is_resource() || !e.size()) {
        out += shown_value(e);
    } else if (e.is(Kind::list)) {
        const char* gap = "[";
        for (const Element& c : e.list()) {
            out += gap;
            append(c, out, limit);
            gap = ", ";
        }
        out += ']';
    } else {
        const char* gap = "{";
        for (const Dict::Entry& c : e.dict()) {
            out += gap;
            out += c.key.view();
            out += ": ";
            append(c.value, out, limit);
            gap = ", ";
        }
        out += '}';
    }
}

std::string shown_tree(const Element& e, size_t limit) {
    std::string out;
    append(e, out, limit);
    if (!limit || out.size() <= limit)
        return out;
    while (limit && (static_cast<unsigned char>(out[limit]) & 0xC0) == 0x80)
        limit--;  // not within a character
    return out.substr(0, limit) + "...";
}

}  // namespace weft
