// Selection is a pure function of a profile and a memory; only Memory touches a file.
#include "ncm/dispatch.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

static constexpr std::string_view names[] = {"ok", "pending", "failed", "orphaned"};
std::string_view status_name(Known::Status s) { return names[int(s)]; }

static const Element* field(const Element& e, const char* key, Kind kind) {
    const Element* v = e.find(Term(Key(key)));
    return v && v->is(kind) ? v : nullptr;
}

/// Of dispatch.json (man/ncm-state.5).
static constexpr int64_t format_version = 1;

Memory::Memory(std::string file) : file_(std::move(file)) {
    auto text = read_if_exists(file_);
    if (!text) {
        fresh = true;
        return;
    }
    Element e = parse_json(*text, file_);
    if (auto* v = field(e, "version", Kind::long_); v && v->long_value() > format_version)
        throw Error(exit_config,
                    fmt::format("'{}' has version {}, and this program knows versions up to {}",
                                file_, v->long_value(), format_version),
                    {},
                    "it was written by a newer cdispd: install that again, or remove the file "
                    "to have every component run once");
    if (auto* v = field(e, "cid", Kind::long_))
        cid = int(v->long_value());
    if (auto* v = field(e, "checksum", Kind::string))
        checksum = v->string();
    if (auto* v = field(e, "drained", Kind::boolean))
        drained = v->boolean();
    if (auto* list = field(e, "components", Kind::dict))
        for (const Dict::Entry& c : list->dict()) {
            Known k;
            if (auto* v = field(c.value, "status", Kind::string))
                for (int i = 0; i < 4; i++)
                    if (v->string() == names[i])
                        k.status = Known::Status(i);
            if (auto* v = field(c.value, "configured", Kind::boolean))
                k.configured = v->boolean();
            if (auto* v = field(c.value, "leaving", Kind::boolean))
                k.leaving = v->boolean();
            if (auto* v = field(c.value, "attempts", Kind::long_))
                k.attempts = int(v->long_value());
            if (auto* v = field(c.value, "next_retry", Kind::long_))
                k.next_retry = double(v->long_value());
            if (auto* v = field(c.value, "message", Kind::string))
                k.message = v->string();
            if (auto* v = field(c.value, "reference", Kind::dict))
                for (const Dict::Entry& w : v->dict())
                    if (w.value.is(Kind::string))
                        k.reference[std::string(w.key.view())] = w.value.string();
            components[std::string(c.key.view())] = std::move(k);
        }
}

void Memory::save() const {
    Element e = Element::new_dict(), list = Element::new_dict();
    auto put = [](Element& to, std::string_view key, Element v) {
        to.dict_ref().at(Key(key)) = std::move(v);
    };
    for (auto& [name, k] : components) {
        Element c = Element::new_dict(), ref = Element::new_dict();
        for (auto& [path, sum] : k.reference)
            put(ref, path, Element::of_string(sum));
        put(c, "status", Element::of_string(status_name(k.status)));
        put(c, "configured", Element::of_boolean(k.configured));
        put(c, "leaving", Element::of_boolean(k.leaving));
        put(c, "attempts", Element::of_long(k.attempts));
        put(c, "next_retry", Element::of_long(int64_t(k.next_retry)));
        put(c, "message", Element::of_string(k.message));
        put(c, "reference", ref);
        put(list, name, c);
    }
    put(e, "version", Element::of_long(format_version));
    put(e, "cid", Element::of_long(cid));
    put(e, "checksum", Element::of_string(checksum));
    put(e, "drained", Element::of_boolean(drained));
    put(e, "components", list);
    std::string text;
    try {
        write_json(e, text);
    } catch (const Error&) {  // a component's message that is no UTF-8
        for (auto& [name, k] : components)
            const_cast<Known&>(k).message = "(not printable)";
        return save();
    }
    write_file(file_, text, {.mode = 0644});
}

Watched watched_paths(const Configuration& c, const Planned& p,
                      const std::vector<std::string>& also, const DispatchRules& rules,
                      std::vector<std::string>* warnings) {
    Watched w;
    auto add = [&](const std::string& path) {
        return !(w[path] = c.checksum(path).value_or("")).empty();
    };
    if (rules.watch_itself)
        add(component_path(p.name));
    if (rules.watch_package)
        if (std::string path = "/software/packages/" + escape("ncm-" + p.name).value_or("_");
            c.exists(path))
            add(path);
    for (const std::string& path : also)
        if (path.starts_with('/'))
            add(path);
    for (const std::string& path : p.watched) {
        if (!path.starts_with('/')) {
            if (warnings)
                warnings->push_back(
                    fmt::format("'{}' registers '{}', which is no path", p.name, path));
        } else if (!add(path) && warnings) {
            warnings->push_back(
                fmt::format("'{}' registers '{}', which the profile does not have", p.name, path));
        }
    }
    return w;
}

static bool differs(const Watched& before, const Watched& now, const Planned& p,
                    const DispatchRules& rules) {
    if (rules.missing_is_changed)
        return before != now;
    // The historic rule: a registered path that is gone says nothing.
    auto missing = [&](const std::string& path) {
        auto it = now.find(path);
        return it != now.end() && it->second.empty() &&
               std::find(p.watched.begin(), p.watched.end(), path) != p.watched.end();
    };
    if (before.size() != now.size())
        return true;
    for (auto& [path, sum] : now) {
        auto it = before.find(path);
        if (it == before.end() || (it->second != sum && !missing(path)))
            return true;
    }
    return false;
}

Work select_work(const Configuration& c, const Memory& m, const DispatchRules& rules,
                 const std::function<std::vector<std::string>(const Planned&)>& reads) {
    Work work;
    auto all = planned(c);
    for (auto& [name, p] : all) {
        if (!is_component_name(name)) {
            work.warnings.push_back(fmt::format("'{}' is no name of a component", name));
            continue;
        }
        if (!p.has_active)
            work.warnings.push_back(
                fmt::format("'{}' does not say whether it is active: taken as not", name));
        if (!p.active)
            continue;
        if (!p.has_dispatch)
            work.warnings.push_back(
                fmt::format("'{}' does not say whether it is dispatched: not run", name));
        if (!p.dispatch)
            continue;
        Watched now = watched_paths(c, p, reads(p), rules, &work.warnings);
        auto it = m.components.find(name);
        bool run = it == m.components.end() || it->second.leaving ||
                   it->second.status != Known::ok || !it->second.configured ||
                   differs(it->second.reference, now, p, rules);
        if (run)
            work.configure.push_back(name);
        work.watched[name] = std::move(now);
    }
    for (auto& [name, k] : m.components) {
        auto it = all.find(name);
        if (it != all.end() && it->second.active)
            continue;
        if (k.status != Known::orphaned && (k.configured || k.leaving))
            work.unconfigure.push_back(name);
    }
    return work;
}

std::vector<std::string> due_retries(const Memory& m, const std::map<std::string, Planned>& all,
                                     double now) {
    std::set<std::string> due;
    auto waits = [&](const std::string& name) {
        return m.components.at(name).status == Known::failed ||
               m.components.at(name).status == Known::pending;
    };
    for (auto& [name, k] : m.components)
        if (waits(name) && k.next_retry <= now)
            due.insert(name);
    // One that could not run because another had failed is tried with the other, not after its own
    // patience.
    for (bool more = true; more;) {
        more = false;
        for (auto& [name, p] : all)
            if (!due.contains(name) && m.components.contains(name) && waits(name))
                for (const std::string& d : p.pre)
                    if (due.contains(d) && due.insert(name).second)
                        more = true;
    }
    return {due.begin(), due.end()};
}

void clamp_retries(Memory& m, const DispatchRules& rules, double now, double opens) {
    for (auto& [name, k] : m.components)
        if (k.status == Known::failed)
            k.next_retry = std::min(k.next_retry, now + rules.retry_most);
        else if (k.status == Known::pending)
            k.next_retry = std::min(k.next_retry, std::max(opens, now));
}

void note_failure(Known& k, const std::string& message, const DispatchRules& rules, double now) {
    k.status = Known::failed;
    k.message = message;
    k.attempts++;
    k.next_retry = now + std::min(rules.retry_most,
                                  rules.retry_first * double(1u << std::min(k.attempts - 1, 20)));
}

}  // namespace weft::ncm
