// The tree's access rules, and the question they answer.
#include "cdb/namespaces.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/tree_source.hh"

namespace weft::cdb {

static constexpr const char* rights[] = {"read", "write", "commit", "admin", "promote"};

bool Namespaces::Rule::applies(Do wanted, std::string_view at) const {
    if (!path.empty() && !(at.starts_with(path) && (at.size() == path.size() || at[path.size()] == '/'))) return false;
    if (wanted == promote || what == promote) return wanted == what || (!deny && what == admin);
    return deny ? wanted >= what : wanted <= what;
}

bool Namespaces::covers(const Rule& r, const tls::Identity& id) const {
    if (!r.who.starts_with('@')) return is_named(id, r.who);
    auto& members = groups_.find(std::string_view(r.who).substr(1))->second;  // parse() has looked
    return std::any_of(members.begin(), members.end(), [&](auto& who) { return is_named(id, who); });
}

bool Namespaces::may(const Principal& p, Do what, std::string_view path) const {
    if (p.right == Right::admin) return true;
    if (!p.identity) return false;
    bool allowed = what == read && p.reads_all;
    for (const Rule& r : rules_) {
        if (!r.applies(what, path) || !covers(r, *p.identity)) continue;
        if (r.deny) return false;
        allowed = true;
    }
    return allowed;
}

bool Namespaces::names(const tls::Identity& id) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](auto& r) { return !r.deny && covers(r, id); });
}

Namespaces Namespaces::parse(std::string_view text) {
    Namespaces n;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        auto words = access_words(line);
        if (words.empty()) continue;
        auto wrong = [&](size_t word, std::string message, std::string hint) {
            int col = word < words.size() ? std::abs(words[word].second) : int(line.size()) + 1;
            int width = word < words.size() ? int(words[word].first.size()) : 1;
            Error e(exit_data, std::move(message), {std::string(access_path), number, col, number, col + std::max(width, 1) - 1}, std::move(hint));
            e.line = line;
            return e;
        };
        for (size_t i = 0; i < words.size(); i++)
            if (words[i].second < 0) throw wrong(i, "a quoted word without its end", "close it with '\"'");
        const std::string& first = words[0].first;
        if (first == "group") {
            if (words.size() < 3) throw wrong(2, "who is in the group?", "group ops \"CN=Anna Example,O=Site\" email:ben@example.org");
            auto& members = n.groups_[words[1].first];
            for (size_t i = 2; i < words.size(); i++) {
                if (!can_be_named(words[i].first)) throw wrong(i, fmt::format("'{}' is nobody", words[i].first), "a certificate's subject in quotes, dns:NAME or email:ADDRESS");
                members.push_back(words[i].first);
            }
            continue;
        }
        if (first != "allow" && first != "deny") {
            std::string_view near = nearest(first, {"allow", "deny", "group"});
            throw wrong(0, fmt::format("unknown word '{}'", first), near.empty() ? "allow, deny or group" : fmt::format("did you mean '{}'?", near));
        }
        if (words.size() < 4) throw wrong(words.size(), fmt::format("'{}' needs a folder, who, and rights", first), first + " site/geneva @geneva commit");
        const std::string& who = words[2].first;
        if (who.starts_with('@') ? !n.groups_.contains(std::string_view(who).substr(1)) : !can_be_named(who))
            throw wrong(2, fmt::format("'{}' is nobody", who), who.starts_with('@') ? "the group must stand above" : "@GROUP, a certificate's subject in quotes, dns:NAME or email:ADDRESS");
        for (size_t i = 3; i < words.size(); i++) {
            auto right = std::find(std::begin(rights), std::end(rights), words[i].first);
            if (right == std::end(rights)) {
                std::string_view near = nearest(words[i].first, {std::begin(rights), std::end(rights)});
                throw wrong(i, fmt::format("unknown right '{}'", words[i].first), near.empty() ? "read, write, commit, admin or promote" : fmt::format("did you mean '{}'?", near));
            }
            n.rules_.push_back({first == "deny", tree_path(words[1].first), who, Do(right - std::begin(rights))});
        }
    }
    return n;
}

}  // namespace weft::cdb
