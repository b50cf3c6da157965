// The XML of 2002.
#include "compiler/output/edg.hh"

#include <fmt/core.h>

#include "base/noun/profile.hh"

namespace weft::compiler {

namespace {
struct EdgWriter {
    const Result& result;
    std::string& out;
    std::string path;

    const Result::Derivation& derivation(const Element& e, uint32_t inherited) const {
        static const Result::Derivation none;
        uint32_t n = e.origin() ? e.origin() : inherited;
        return result.derivations && n < result.derivations->size() ? (*result.derivations)[n]
                                                                    : none;
    }

    /// The text of a property between its tags, and whether it had to be encoded: as in today's
    /// XML.
    static std::string_view text(const Element& e, std::string& xml) {
        Element list = Element::new_list();
        list.list_ref().push_back(e);
        write_xml(list, xml);
        std::string_view s = xml;
        size_t tag = s.rfind("</list>");
        s = s.substr(0, s.rfind('<', tag - 1));
        size_t open = xml.find(fmt::format("<{}", kind_name(e.kind())), xml.find("<list"));
        return s.substr(std::min(s.size(), open));
    }

    void write(const Element& e, std::string_view name, int level, uint32_t inherited) {
        uint32_t origin = e.origin() ? e.origin() : inherited;
        out.append(size_t(level) * 2, ' ');
        out += fmt::format("<{} name=\"{}\" derivation=\"{}\"", kind_name(e.kind()), name,
                           derivation(e, inherited).templates);
        std::string at = path.empty() ? "/" : path;
        if (e.is(Kind::dict) && result.records && result.records->contains(at))
            out += " type=\"record\"";
        if (e.is(Kind::string) && result.links && result.links->contains(at))
            out += " type=\"link\"";
        if (e.is_property()) {
            std::string value = property_text(e);
            if (value.empty()) {
                out += "/>\n";
                return;
            }
            std::string xml;
            std::string_view body = text(e, xml);
            size_t close = body.find('>');
            if (body.substr(0, close).find("encoding=") != std::string_view::npos)
                out += " encoding=\"base64\"";
            out += '>';
            out += body.substr(close + 1);
            out += fmt::format("</{}>\n", kind_name(e.kind()));
            return;
        }
        if (!e.size()) {
            out += "/>\n";
            return;
        }
        out += ">\n";
        size_t length = path.size();
        auto child = [&](const Element& c, std::string_view key) {
            path += '/';
            path += key;
            write(c, key, level + 1, origin);
            path.resize(length);
        };
        if (e.is(Kind::list)) {
            for (size_t i = 0; i < e.size(); i++)
                child(e.list()[i], std::to_string(i));
        } else {
            std::vector<const Dict::Entry*> order;
            for (const Dict::Entry& c : e.dict())
                order.push_back(&c);
            std::stable_sort(order.begin(), order.end(), [&](auto* a, auto* b) {
                return derivation(a->value, 0).created < derivation(b->value, 0).created;
            });
            for (const Dict::Entry* c : order)
                child(c->value, c->key.view());
        }
        out.append(size_t(level) * 2, ' ');
        out += fmt::format("</{}>\n", kind_name(e.kind()));
    }
};
}  // namespace

void write_edg(const Result& r, std::string& out) {
    out += "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n";
    EdgWriter{r, out, {}}.write(r.root, "profile", 0, 0);
}

}  // namespace weft::compiler
