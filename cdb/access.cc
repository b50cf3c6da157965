// The access file, and the question it answers.
#include "cdb/access.hh"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/file.hh"

namespace weft::cdb {

bool Principal::may_fetch_profile(std::string_view node) const {
    if (anonymous_reads || is_node(node))
        return true;
    return std::any_of(profiles.begin(), profiles.end(), [&](auto& p) {
        return fnmatch(p.c_str(), std::string(node).c_str(), 0) == 0;
    });
}

bool can_be_named(std::string_view who) {
    return who.starts_with("dns:") || who.starts_with("email:") ||
           who.find('=') != std::string_view::npos;
}

bool is_named(const tls::Identity& id, const std::string& who) {
    if (who.starts_with("email:"))
        return std::find(id.emails.begin(), id.emails.end(), who.substr(6)) != id.emails.end();
    if (who.starts_with("dns:"))
        return std::find(id.dns.begin(), id.dns.end(), who.substr(4)) != id.dns.end();
    return who == id.subject;
}

Principal Access::principal(const std::shared_ptr<const tls::Identity>& id,
                            bool anonymous_reads) const {
    Principal p{.identity = id, .anonymous_reads = anonymous_reads};
    if (!id)
        return p;
    p.name = id->subject;
    for (const Rule& r : rules_) {
        if (!is_named(*id, r.who))
            continue;
        if (r.right == "admin")
            p.right = Right::admin;
        else if (r.right == "reader" && p.right == Right::anyone)
            p.right = Right::reader;
        p.reads_all = p.reads_all || r.right == "reader";
        p.profiles.insert(p.profiles.end(), r.patterns.begin(), r.patterns.end());
    }
    return p;
}

Error RuleLine::wrong(size_t word, std::string message, std::string hint) const {
    int col = word < words.size() ? columns[word] : int(text.size()) + 1;
    int width = word < words.size() ? std::max(int(words[word].size()), 1) : 1;
    Error e(status, std::move(message), {std::string(file), number, col, number, col + width - 1},
            std::move(hint));
    e.line = text;
    return e;
}

static void split(RuleLine& l) {
    for (size_t i = 0; i < l.text.size();) {
        if (l.text[i] == ' ' || l.text[i] == '\t' || l.text[i] == '\r') {
            i++;
            continue;
        }
        if (l.text[i] == '#')
            return;
        bool quoted = l.text[i] == '"';
        size_t end = quoted ? l.text.find('"', i + 1)
                            : std::min(l.text.find_first_of(" \t\r", i), l.text.size());
        l.columns.push_back(int(i) + 1);
        l.words.emplace_back(
            end == std::string_view::npos ? "" : l.text.substr(i + quoted, end - i - quoted));
        if (end == std::string_view::npos)
            throw l.wrong(l.words.size() - 1, "a quoted word without its end",
                          "close it with '\"'");
        i = end + quoted;
    }
}

void each_rule_line(std::string_view text, std::string_view file, int status,
                    const std::function<void(const RuleLine&)>& f) {
    int number = 0;
    for (std::string_view line : lines(text)) {
        RuleLine l{.file = file,
                   .text = line,
                   .number = ++number,
                   .status = status,
                   .words = {},
                   .columns = {}};
        split(l);
        if (!l.words.empty())
            f(l);
    }
}

Access Access::parse(std::string_view text, const std::string& file) {
    Access a;
    each_rule_line(text, file, exit_config, [&](const RuleLine& line) {
        auto& words = line.words;
        const std::string& right = words[0];
        if (right != "admin" && right != "reader" && right != "proxy") {
            std::string_view near = nearest(right, {"admin", "reader", "proxy"});
            throw line.wrong(
                0, fmt::format("unknown right '{}'", right),
                near.empty() ? "admin, reader or proxy" : fmt::format("did you mean '{}'?", near));
        }
        const char* names = "a certificate's subject in quotes, dns:NAME or email:ADDRESS";
        if (words.size() < 2)
            throw line.wrong(1, fmt::format("who is '{}' given to?", right), names);
        if (!can_be_named(words[1]))
            throw line.wrong(1, fmt::format("'{}' is nobody", words[1]), names);
        if ((right == "proxy") != (words.size() > 2))
            throw line.wrong(2,
                             right == "proxy" ? "which nodes may it read?"
                                              : fmt::format("'{}' takes nothing more", right),
                             "proxy dns:boot.example.org lxb0* lxb1*");
        a.rules_.push_back(
            {.right = right, .who = words[1], .patterns = {words.begin() + 2, words.end()}});
    });
    return a;
}

}  // namespace weft::cdb
