// Dependencies between components: closure, order, cycles.
#include "ncm/plan.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.hh"
#include "ncm/settings.hh"

namespace weft::ncm {

bool is_component_name(std::string_view s) {
    if (s.empty() || s.size() > 200)
        return false;
    for (size_t i = 0; i < s.size(); i++) {
        unsigned char c = static_cast<unsigned char>(s[i]);
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z', digit = c >= '0' && c <= '9';
        if (!letter && c != '_' && !(i && (digit || c == '-')))
            return false;
    }
    return true;
}

std::string component_path(const std::string& name) {
    return std::string(components_path) + '/' + name;
}

static std::vector<std::string> texts(const Configuration& c, const std::string& path) {
    std::vector<std::string> out;
    for (const std::string& i : c.children(path))
        if (auto v = c.value(path + '/' + i))
            out.push_back(*v);
    return out;
}

Planned::Care care_of(std::string_view maintenance) {
    return maintenance == "window"  ? Planned::window
           : maintenance == "drain" ? Planned::drained
                                    : Planned::any_time;
}

Planned planned(const Configuration& c, const std::string& name) {
    Planned p;
    p.name = name;
    std::string at = component_path(name);
    if (auto v = c.value(at + "/active")) {
        p.has_active = true;
        p.active = *v == "true";
    }
    if (auto v = c.value(at + "/dispatch")) {
        p.has_dispatch = true;
        p.dispatch = *v == "true";
    }
    p.module = c.value(at + "/ncm-module").value_or(name);
    p.pre = texts(c, at + "/dependencies/pre");
    p.post = texts(c, at + "/dependencies/post");
    p.watched = texts(c, at + "/register_change");
    p.restore = c.value(at + "/on_failure") == "restore";
    p.health = words(c.value(at + "/health").value_or(""), " \t");
    p.confirm = c.value(at + "/confirm") == "true";
    p.care = care_of(c.value(at + "/maintenance").value_or(""));
    if (auto v = c.value(at + "/timeout")) {
        long n = 0;
        std::from_chars(v->data(), v->data() + v->size(), n);
        if (n > 0)
            p.timeout = double(n);
    }
    return p;
}

std::map<std::string, Planned> planned(const Configuration& c) {
    std::map<std::string, Planned> all;
    for (const std::string& name : c.children(components_path))
        all.emplace(name, planned(c, name));
    return all;
}

static const Planned& usable(const std::map<std::string, Planned>& all, const std::string& name) {
    if (!is_component_name(name))
        throw Error(exit_no, fmt::format("'{}' is no name of a component", name));
    auto it = all.find(name);
    if (it == all.end()) {
        std::vector<std::string_view> names;
        for (auto& [n, p] : all)
            names.push_back(n);
        std::string hint;
        if (auto near = nearest(name, names); !near.empty())
            hint = fmt::format("did you mean '{}'?", near);
        throw Error(exit_no, fmt::format("the profile has no component '{}'", name), {}, hint);
    }
    if (!it->second.active)
        throw Error(exit_no, fmt::format("the component '{}' is not active", name));
    return it->second;
}

/// What must run before what, among the chosen.
static std::map<std::string, std::set<std::string>> befores(
    const std::map<std::string, Planned>& all, const std::set<std::string>& chosen) {
    std::map<std::string, std::set<std::string>> before;
    for (const std::string& name : chosen) {
        const Planned& p = all.at(name);
        before[name];
        for (const std::string& d : p.pre)
            if (chosen.contains(d))
                before[name].insert(d);
        for (const std::string& d : p.post)
            if (chosen.contains(d))
                before[d].insert(name);
    }
    return before;
}

static Error cycle(std::map<std::string, std::set<std::string>> before) {
    // Whatever is left can be walked backwards for ever: walk until a name comes again.
    std::vector<std::string> chain{before.begin()->first};
    for (;;) {
        const std::string& next = *before[chain.back()].begin();
        auto seen = std::find(chain.begin(), chain.end(), next);
        if (seen == chain.end()) {
            chain.push_back(next);
            continue;
        }
        std::string text;
        std::vector<std::string> loop(seen, chain.end());
        std::reverse(loop.begin(), loop.end());
        for (const std::string& n : loop)
            text += n + " -> ";
        return Error(
            exit_no, "the components depend on each other in a cycle: " + text + loop.front(), {},
            "correct dependencies/pre or dependencies/post of one of them in the templates");
    }
}

std::vector<std::string> run_order(const std::map<std::string, Planned>& all,
                                   const std::vector<std::string>& asked, const OrderRules& rules) {
    std::set<std::string> chosen;
    std::vector<std::string> work(asked.rbegin(), asked.rend());
    for (const std::string& name : asked)
        usable(all, name);
    while (!work.empty()) {
        std::string name = work.back();
        work.pop_back();
        if (!chosen.insert(name).second)
            continue;
        const Planned& p = all.at(name);
        for (const auto* list : {&p.pre, &p.post})
            for (const std::string& d : *list) {
                if (chosen.contains(d) || std::find(asked.begin(), asked.end(), d) != asked.end())
                    continue;
                if (rules.autodeps) {
                    try {
                        usable(all, d);
                    } catch (Error& e) {
                        if (rules.nodeps)
                            continue;
                        e.while_doing(fmt::format("needed by '{}'", name));
                        throw;
                    }
                    work.push_back(d);
                } else if (!rules.nodeps) {
                    throw Error(
                        exit_no,
                        fmt::format("'{}' needs '{}', which is not among the components to run",
                                    name, d),
                        {}, "--autodeps runs it too, --nodeps does without");
                }
            }
    }
    auto before = befores(all, chosen);
    std::vector<std::string> order;
    while (!before.empty()) {
        auto ready =
            std::find_if(before.begin(), before.end(), [](auto& b) { return b.second.empty(); });
        if (ready == before.end())
            throw cycle(before);
        std::string name = ready->first;
        before.erase(ready);
        for (auto& [other, needs] : before)
            needs.erase(name);
        order.push_back(std::move(name));
    }
    return order;
}

std::string dependency_graph(const std::map<std::string, Planned>& all) {
    std::string out = "digraph components {\n";
    for (auto& [name, p] : all) {
        if (!p.active)
            continue;
        out += fmt::format("    \"{}\";\n", name);
        for (const std::string& d : p.pre)
            out += fmt::format("    \"{}\" -> \"{}\";\n", d, name);
        for (const std::string& d : p.post)
            out += fmt::format("    \"{}\" -> \"{}\";\n", name, d);
    }
    return out + "}\n";
}

}  // namespace weft::ncm
