// Questions about cached profiles.
#include "ncm/query.hh"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/noun/shown.hh"
#include "ncm/fetch.hh"
#include "ncm/secrets.hh"
#include "ncm/show.hh"
#include "ncm/store.hh"

namespace weft::ncm {

static Error no_element(const Configuration& c, const std::string& path) {
    return Error(exit_no, fmt::format("there is no '{}' in profile {}", path, c.cid()));
}

std::vector<SetValue> set_values(const Configuration& c, const std::string& path) {
    std::string at = Path::parse(path).text();
    if (!c.exists(at))
        throw no_element(c, at);
    auto origins = c.origins();
    if (!origins)
        throw Error(
            exit_no,
            fmt::format("nobody knows who set '{}': profile {} came without origins", at, c.cid()),
            {}, "the server has to publish NAME.origins beside the profile");
    std::vector<SetValue> out;
    std::string below = at == "/" ? at : at + '/';
    for (std::string_view line : lines(*origins)) {
        size_t tab = line.find('\t');
        if (tab == std::string_view::npos)
            continue;
        std::string_view p = line.substr(0, tab);
        if (p != at && !p.starts_with(below))
            continue;
        std::string where(line.substr(tab + 1));
        auto e = c.tree(p);
        if (!e)
            continue;
        out.push_back({Path::parse(p), *e, std::move(where)});
    }
    return out;
}

std::string why(const Configuration& c, const std::string& path) {
    std::string out;
    for (const SetValue& v : set_values(c, path))
        out += fmt::format("{} = {} set by {}\n", shown_path(v.path), shown_value(v.value),
                           v.where.empty() ? "nobody knows" : v.where);
    return out;
}

std::vector<ChangedValue> changed_values(const Configuration& before, const Configuration& after,
                                         const std::string& path) {
    Path at = Path::parse(path);
    if (before.checksum(at.text()) == after.checksum(at.text()))
        return {};
    auto a = before.tree(at.text()), b = after.tree(at.text());
    if (!a && !b)
        throw no_element(after, at.text());
    std::vector<ChangedValue> out;
    // A subtree that is in one of them only is told like everything else: put below the root of an
    // empty tree.
    Element x = Element::new_dict(), y = Element::new_dict();
    Path whole(std::vector<Term>{Term(Key("x"))});
    if (a)
        x.put(whole, *a);
    if (b)
        y.put(whole, *b);
    for (const TreeChange& c : diff_trees(x, y)) {
        std::vector<Term> rest(c.path.terms().begin() + 1, c.path.terms().end());
        ChangedValue& changed = out.emplace_back(ChangedValue{.path = at / Path(rest)});
        if (c.before)
            changed.before = *c.before;
        if (c.after)
            changed.after = *c.after;
    }
    // That a hidden one changed is no secret.
    auto root = after.has_secrets() ? after.tree("/") : std::nullopt;
    for (auto& [secret, value] : root ? secrets_of(*root) : std::map<std::string, std::string>())
        if ((at.text() == "/" || secret == at.text() || secret.starts_with(at.text() + '/')) &&
            value == hidden_value && before.value(secret) == value &&
            before.checksum(secret) != after.checksum(secret))
            out.push_back({Path::parse(secret), Element::of_string(hidden_value),
                           Element::of_string(hidden_value), true});
    return out;
}

std::string diff(const Configuration& before, const Configuration& after, const std::string& path) {
    std::string out;
    for (const ChangedValue& c : changed_values(before, after, path)) {
        auto text = [&](const Element& e) {
            return c.hidden ? std::string(hidden_value) : shown_value(e);
        };
        if (c.before)
            out += fmt::format("- {} = {}\n", shown_path(c.path), text(*c.before));
        if (c.after)
            out += fmt::format("+ {} = {}\n", shown_path(c.path), text(*c.after));
    }
    return out;
}

static std::string time_text(time_t t) {
    char buf[64];
    struct tm l {};
    localtime_r(&t, &l);
    strftime(buf, sizeof buf, "%Y-%m-%d %H:%M:%S", &l);
    return buf;
}

std::string history(const CacheManager& m) {
    std::string out;
    int current = m.current(), latest = m.latest();
    auto pin = pinned(m.root());
    auto cids = m.cids();
    for (size_t i = 0; i < cids.size(); i++) {
        int cid = cids[i];
        struct stat st {};
        if (stat(m.profile_dir(cid).c_str(), &st))
            continue;
        std::string line = fmt::format("{:>4} {}", cid, time_text(st.st_mtime));
        try {
            Configuration c(m.profile_dir(cid), cid);
            if (i + 1 < cids.size()) {
                std::string changes =
                    diff(Configuration(m.profile_dir(cids[i + 1]), cids[i + 1]), c, "/");
                std::vector<std::string> paths;
                for (std::string_view l : lines(changes))
                    paths.emplace_back(l.substr(2, l.find(" = ") - 2));
                paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
                line += fmt::format(" {:>5} changes", paths.size());
            } else {
                line += "             -";
            }
            line += ' ' + c.url();
        } catch (const Error& e) {
            line += " not readable: " + e.message;
        }
        if (cid == current)
            line += " current";
        if (cid == latest)
            line += " latest";
        if (pin == cid)
            line += " pinned";
        out += line + '\n';
    }
    return out;
}

std::vector<std::string> verify(const Configuration& c, bool json_typed) {
    std::vector<std::string> wrong;
    auto complain = [&](std::string text) {
        if (wrong.size() < 20)
            wrong.push_back(std::move(text));
    };
    std::vector<Configuration::Record> records;
    Element tree;
    try {
        records = c.records();
        auto t = c.tree("/");
        if (!t)
            return {"there is no root element"};
        tree = *t;
    } catch (const Error& e) {
        return {e.message};
    }
    if (c.has_secrets() && c.secrets().empty())
        return {"it has secrets: only who may read them can verify it"};
    std::vector<Checksum> sums;
    try {
        if (c.has_secrets())
            sums = checksums(sealed(tree, c.secrets(), secret_key(c.dir() + "/..", false)));
        else
            sums = checksums(tree);
    } catch (const Error& e) {
        return {e.message};
    }
    size_t i = 0;
    walk(tree, [&](const std::string& path, const Element&) {
        if (i >= records.size())
            complain(fmt::format("'{}' has no number", path));
        else if (records[i].path != path || records[i].eid != i)
            complain(fmt::format("element {} is '{}', not '{}'", i, records[i].path, path));
        else if (records[i].checksum != std::string_view(sums[i].data(), sums[i].size()))
            complain(fmt::format("'{}' has another checksum than its value", path));
        i++;
    });
    if (i < records.size())
        complain(fmt::format("{} elements are not reachable from the root", records.size() - i));
    try {
        if (!(parse_profile(read_file(c.dir() + "/profile"), c.url(), json_typed) == tree))
            complain("the databases do not say what the downloaded profile says");
    } catch (const Error& e) {
        complain("the downloaded profile is not readable: " + e.message);
    }
    return wrong;
}

std::string dump(const Configuration& c) {
    std::string out = "path2eid:\n", data = "eid2data:\n",
                both = "\npath2eid and eid2data combined:\n";
    auto records = c.records();
    std::sort(records.begin(), records.end(), [](auto& a, auto& b) { return a.path < b.path; });
    auto plain = [](std::string v) {
        std::replace(v.begin(), v.end(), '\0', ' ');
        return v;
    };
    for (auto& r : records) {
        out += fmt::format("{} => {:x}\n", r.path, r.eid);
        both += fmt::format("{} ({}) =>\n  v: {}\n  t: {}\n  c: {}\n", r.path, r.eid,
                            plain(r.value), r.type, r.checksum);
    }
    std::sort(records.begin(), records.end(), [](auto& a, auto& b) { return a.eid < b.eid; });
    for (uint32_t kind = 0; kind < 3; kind++)
        for (auto& r : records)
            data += fmt::format("{:x} => {}\n", kind << 28 | r.eid,
                                kind == 0   ? plain(r.value)
                                : kind == 1 ? r.type
                                            : r.checksum);
    return out + data + both;
}

}  // namespace weft::ncm
