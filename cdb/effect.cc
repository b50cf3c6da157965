// Differences as text; components by the dispatcher's own rule.
#include "cdb/effect.hh"

#include <algorithm>
#include <map>

#include "base/error.hh"

namespace weft::cdb {

static std::string json(const Element* e) {
    std::string s;
    if (e)
        write_json(*e, s, {.ascii_only = false, .one_line = true});
    while (s.ends_with('\n'))
        s.pop_back();
    return s;
}

static bool is_true(const Element* e) { return e && e->is(Kind::boolean) && e->boolean(); }

std::vector<std::string> components_for(const Element& profile,
                                        const std::vector<TreeChange>& changes) {
    std::vector<std::string> out;
    const Element* all = profile.find("/software/components");
    if (!all || !all->is(Kind::dict))
        return out;
    auto touched = [&](const Path& watched) {
        return std::any_of(changes.begin(), changes.end(), [&](const TreeChange& c) {
            return c.path.starts_with(watched) || watched.starts_with(c.path);
        });
    };
    const Path root = Path::parse("/software/components");
    for (auto& [name, component] : all->dict()) {
        if (!is_true(component.find(Term(Key("active")))) ||
            !is_true(component.find(Term(Key("dispatch")))))
            continue;
        bool runs = touched(root / Term(name));
        const Element* extra = component.find(Term(Key("register_change")));
        if (!runs && extra && extra->is(Kind::list))
            for (const Element& path : extra->list())
                if (path.is(Kind::string) && path.string().starts_with('/')) {
                    try {
                        runs = runs || touched(Path::parse(path.string()));
                    } catch (const Error&) {  // the schema's matter; the dispatcher warns about it
                    }
                }
        if (runs)
            out.emplace_back(name.view());
    }
    return out;
}

Effect effect(const std::string& node, const Element& before, const Element& after) {
    Effect e{.nodes = {node}};
    static const Element nothing = Element::new_dict();
    bool fresh = !before.is(Kind::dict), gone = !after.is(Kind::dict);
    auto changes = diff_trees(fresh ? nothing : before, gone ? nothing : after);
    e.kind = fresh ? Effect::added : gone ? Effect::withdrawn : Effect::changed;
    if (!gone)
        e.components = components_for(after, changes);
    if (e.kind == Effect::changed)
        for (const TreeChange& c : changes) {
            if (e.values.size() == max_values) {
                e.more = changes.size() - max_values;
                break;
            }
            e.values.push_back({c.path.text(), json(c.before), json(c.after)});
        }
    return e;
}

std::vector<Effect> grouped(std::vector<Effect> all) {
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.nodes < b.nodes; });
    std::vector<Effect> out;
    std::map<std::string, size_t> place;
    for (Effect& e : all) {
        std::string name = std::to_string(e.kind) + '\0' + std::to_string(e.more);
        for (auto& v : e.values)
            name += '\0' + v.path + '\0' + v.before + '\0' + v.after;
        for (auto& c : e.components)
            name += '\n' + c;
        auto [it, fresh] = place.emplace(std::move(name), out.size());
        if (fresh)
            out.push_back(std::move(e));
        else
            out[it->second].nodes.insert(out[it->second].nodes.end(), e.nodes.begin(),
                                         e.nodes.end());
    }
    return out;
}

}  // namespace weft::cdb
