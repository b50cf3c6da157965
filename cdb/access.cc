// The access file, and the question it answers.
#include "cdb/access.hh"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::cdb {

bool Principal::may_read_profile(std::string_view node) const {
    if (right != Right::anyone || anonymous_reads || is_node(node)) return true;
    return std::any_of(profiles.begin(), profiles.end(), [&](auto& p) { return fnmatch(p.c_str(), std::string(node).c_str(), 0) == 0; });
}

bool can_be_named(std::string_view who) {
    return who.starts_with("dns:") || who.starts_with("email:") || who.find('=') != std::string_view::npos;
}

bool is_named(const tls::Identity& id, const std::string& who) {
    if (who.starts_with("email:")) return std::find(id.emails.begin(), id.emails.end(), who.substr(6)) != id.emails.end();
    if (who.starts_with("dns:")) return std::find(id.dns.begin(), id.dns.end(), who.substr(4)) != id.dns.end();
    return who == id.subject;
}

Principal Access::principal(const std::optional<tls::Identity>& id, bool anonymous_reads) const {
    Principal p{.identity = id, .anonymous_reads = anonymous_reads};
    if (!id) return p;
    p.name = id->subject;
    for (const Rule& r : rules_) {
        if (!is_named(*id, r.who)) continue;
        if (r.right == "admin") p.right = Right::admin;
        else if (r.right == "reader" && p.right == Right::anyone) p.right = Right::reader;
        p.reads_all = p.reads_all || r.right == "reader";
        p.profiles.insert(p.profiles.end(), r.patterns.begin(), r.patterns.end());
    }
    return p;
}

std::vector<std::pair<std::string, int>> access_words(std::string_view line) {
    std::vector<std::pair<std::string, int>> words;
    for (size_t i = 0; i < line.size();) {
        if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') { i++; continue; }
        if (line[i] == '#') break;
        int col = int(i) + 1;
        std::string word;
        if (line[i] == '"') {
            size_t end = line.find('"', i + 1);
            if (end == std::string_view::npos) return words.emplace_back("", -col), words;
            word = line.substr(i + 1, end - i - 1);
            i = end + 1;
        } else {
            size_t end = std::min(line.find_first_of(" \t\r", i), line.size());
            word = line.substr(i, end - i);
            i = end;
        }
        words.emplace_back(std::move(word), col);
    }
    return words;
}

Access Access::parse(std::string_view text, const std::string& file) {
    Access a;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        auto words = access_words(line);
        if (words.empty()) continue;
        auto wrong = [&](size_t word, std::string message, std::string hint) {
            int col = word < words.size() ? std::abs(words[word].second) : int(line.size()) + 1;
            int width = word < words.size() ? int(words[word].first.size()) : 1;
            Error e(exit_config, std::move(message), {file, number, col, number, col + std::max(width, 1) - 1}, std::move(hint));
            e.line = line;
            return e;
        };
        for (size_t i = 0; i < words.size(); i++)
            if (words[i].second < 0) throw wrong(i, "a quoted word without its end", "close it with '\"'");
        const std::string& right = words[0].first;
        if (right != "admin" && right != "reader" && right != "proxy") {
            std::string_view near = nearest(right, {"admin", "reader", "proxy"});
            throw wrong(0, fmt::format("unknown right '{}'", right), near.empty() ? "admin, reader or proxy" : fmt::format("did you mean '{}'?", near));
        }
        if (words.size() < 2) throw wrong(1, fmt::format("who is '{}' given to?", right), "a certificate's subject in quotes, dns:NAME or email:ADDRESS");
        const std::string& who = words[1].first;
        if (!can_be_named(who))
            throw wrong(1, fmt::format("'{}' is nobody", who), "a certificate's subject in quotes, dns:NAME or email:ADDRESS");
        if ((right == "proxy") != (words.size() > 2))
            throw wrong(2, right == "proxy" ? "which nodes may it read?" : fmt::format("'{}' takes nothing more", right),
                        "proxy dns:boot.example.org lxb0* lxb1*");
        Rule r{.right = right, .who = who};
        for (size_t i = 2; i < words.size(); i++) r.patterns.push_back(words[i].first);
        a.rules_.push_back(std::move(r));
    }
    return a;
}

}  // namespace weft::cdb
