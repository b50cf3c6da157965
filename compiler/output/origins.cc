// The text form of "who set this": see profile-origins(5).
#include "compiler/compile.hh"

namespace weft::compiler {

namespace {
struct OriginsWriter {
    const Origins& origins;
    std::string out, path;
    uint32_t last = 0;
    std::string place;

    void walk(const Element& e, uint32_t inherited) {
        uint32_t origin = e.origin() ? e.origin() : inherited;
        if (e.is_resource() && e.size()) {
            size_t length = path.size();
            auto child = [&](const Element& c, std::string_view name) {
                path += '/';
                path += name;
                walk(c, origin);
                path.resize(length);
            };
            if (e.is(Kind::dict)) {
                for (const Dict::Entry& c : e.dict())
                    child(c.value, c.key.view());
            } else {
                for (size_t i = 0; i < e.list().size(); i++)
                    child(e.list()[i], std::to_string(i));
            }
            return;
        }
        if (origin != last || place.empty()) {
            Place p = origins.find(origin);
            place = p.file.empty()
                        ? "-"
                        : p.file + ':' + std::to_string(p.line) + ':' + std::to_string(p.col);
            last = origin;
        }
        out += path.empty() ? "/" : path;
        out += '\t';
        out += place;
        out += '\n';
    }
};
}  // namespace

std::string write_origins(const Element& root, const Origins& origins) {
    OriginsWriter w{origins, {}, {}, 0, {}};
    w.walk(root, 0);
    return std::move(w.out);
}

std::string write_origins(const Result& r) {
    return r.origins ? write_origins(r.root, *r.origins) : std::string();
}

}  // namespace weft::compiler
