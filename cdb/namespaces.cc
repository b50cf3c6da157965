// The tree's access rules, and the question they answer.
#include "cdb/namespaces.hh"

#include <fmt/core.h>

#include <algorithm>

#include "cdb/tree_source.hh"

namespace weft::cdb {

static constexpr const char* rights[] = {"read", "write", "commit", "admin", "promote"};

bool Namespaces::Rule::applies(Do wanted, std::string_view at) const {
    if (!path.empty() &&
        !(at.starts_with(path) && (at.size() == path.size() || at[path.size()] == '/')))
        return false;
    if (wanted == promote || what == promote)
        return wanted == what || (!deny && what == admin);
    return deny ? wanted >= what : wanted <= what;
}

bool Namespaces::covers(const Rule& r, const tls::Identity& id) const {
    if (!r.who.starts_with('@'))
        return is_named(id, r.who);
    auto& members = groups_.find(std::string_view(r.who).substr(1))->second;  // parse() has looked
    return std::any_of(members.begin(), members.end(),
                       [&](auto& who) { return is_named(id, who); });
}

bool Namespaces::may(const Principal& p, Do what, std::string_view path) const {
    if (p.right == Right::admin)
        return true;
    if (!p.identity)
        return false;
    bool allowed = what == read && p.reads_all;
    for (const Rule& r : rules_) {
        if (!r.applies(what, path) || !covers(r, *p.identity))
            continue;
        if (r.deny)
            return false;
        allowed = true;
    }
    return allowed;
}

bool Namespaces::may_read_all(const Principal& p) const {
    return may(p, read, "") &&
           (p.right == Right::admin || std::none_of(rules_.begin(), rules_.end(), [&](auto& r) {
                return r.deny && r.what == read && covers(r, *p.identity);
            }));
}

bool Namespaces::may_write_somewhere(const Principal& p) const {
    if (p.right == Right::admin)
        return true;
    return p.identity && std::any_of(rules_.begin(), rules_.end(), [&](auto& r) {
               return !r.deny && r.applies(write, r.path) && covers(r, *p.identity);
           });
}

bool Namespaces::names(const tls::Identity& id) const {
    return std::any_of(rules_.begin(), rules_.end(),
                       [&](auto& r) { return !r.deny && covers(r, id); });
}

Namespaces Namespaces::parse(std::string_view text) {
    Namespaces n;
    each_rule_line(text, access_path, exit_data, [&](const RuleLine& line) {
        auto& words = line.words;
        const std::string& first = words[0];
        if (first == "group") {
            if (words.size() < 3)
                throw line.wrong(2, "who is in the group?",
                                 "group ops \"CN=Anna Example,O=Site\" email:ben@example.org");
            auto& members = n.groups_[words[1]];
            for (size_t i = 2; i < words.size(); i++) {
                if (!can_be_named(words[i]))
                    throw line.wrong(
                        i, fmt::format("'{}' is nobody", words[i]),
                        "a certificate's subject in quotes, dns:NAME or email:ADDRESS");
                members.push_back(words[i]);
            }
            return;
        }
        if (first != "allow" && first != "deny") {
            std::string_view near = nearest(first, {"allow", "deny", "group"});
            throw line.wrong(
                0, fmt::format("unknown word '{}'", first),
                near.empty() ? "allow, deny or group" : fmt::format("did you mean '{}'?", near));
        }
        if (words.size() < 4)
            throw line.wrong(words.size(),
                             fmt::format("'{}' needs a folder, who, and rights", first),
                             first + " site/geneva @geneva commit");
        const std::string& who = words[2];
        if (who.starts_with('@') ? !n.groups_.contains(std::string_view(who).substr(1))
                                 : !can_be_named(who))
            throw line.wrong(
                2, fmt::format("'{}' is nobody", who),
                who.starts_with('@')
                    ? "the group must stand above"
                    : "@GROUP, a certificate's subject in quotes, dns:NAME or email:ADDRESS");
        for (size_t i = 3; i < words.size(); i++) {
            auto right = std::find(std::begin(rights), std::end(rights), words[i]);
            if (right == std::end(rights)) {
                std::string_view near = nearest(words[i], {std::begin(rights), std::end(rights)});
                throw line.wrong(i, fmt::format("unknown right '{}'", words[i]),
                                 near.empty() ? "read, write, commit, admin or promote"
                                              : fmt::format("did you mean '{}'?", near));
            }
            n.rules_.push_back(
                {first == "deny", tree_path(words[1]), who, Do(right - std::begin(rights))});
        }
    });
    return n;
}

}  // namespace weft::cdb
