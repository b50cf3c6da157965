// A table of changes: name, words, what comes of the text.
#include "ncm/edit.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/pcre.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

namespace {

using Words = std::vector<std::string>;

bool matches(const Pcre& p, std::string_view line) {
    std::vector<size_t> offsets;
    switch (p.search(line, 0, offsets)) {
        case Pcre::Outcome::yes: return true;
        case Pcre::Outcome::no: return false;
        case Pcre::Outcome::too_hard: break;
    }
    throw Error(exit_data, fmt::format("the expression takes too long on the line '{}'", line));
}

std::string set(std::string_view text, const Words& w) {
    return KeyLines{.separators = "= \t"}.set(text, {{w[0], w[0] + '=' + w[1]}});
}
std::string key(std::string_view text, const Words& w) {
    return KeyLines{.separators = "= \t"}.set(text, {{w[0], w[0] + ' ' + w[1]}});
}
std::string unset(std::string_view text, const Words& w) {
    return KeyLines{.separators = "= \t"}.without(text, {w[0]});
}

std::string replaced(std::string_view text, const Words& w, bool add) {
    Pcre which(w[0]), good(w[1]);
    std::string out;
    bool found = false;
    for (std::string_view line : lines(text)) {
        bool ours = matches(which, line);
        found = found || ours;
        out += ours && !matches(good, line) ? w[2] : std::string(line);
        out += '\n';
    }
    return found || !add ? out : out + w[2] + '\n';
}
std::string line(std::string_view text, const Words& w) { return replaced(text, w, true); }
std::string replace(std::string_view text, const Words& w) { return replaced(text, w, false); }

std::string remove(std::string_view text, const Words& w) {
    Pcre which(w[0]), good(w.size() > 1 ? w[1] : "(?!)");
    std::string out;
    for (std::string_view line : lines(text))
        if (!matches(which, line) || matches(good, line))
            out += std::string(line) + '\n';
    return out;
}

bool has(std::string_view text, const std::string& line) {
    auto all = lines(text);
    return std::find(all.begin(), all.end(), line) != all.end();
}
std::string append(std::string_view text, const Words& w) {
    std::string out(text);
    if (has(text, w[0]))
        return out;
    if (!out.empty() && !out.ends_with('\n'))
        out += '\n';
    return out + w[0] + '\n';
}
std::string prepend(std::string_view text, const Words& w) {
    return has(text, w[0]) ? std::string(text) : w[0] + '\n' + std::string(text);
}

struct Kind {
    const char* name;
    size_t least, most;
    std::string (*apply)(std::string_view, const Words&);
};
const Kind kinds[] = {{"set", 2, 2, set},         {"key", 2, 2, key},
                      {"unset", 1, 1, unset},     {"line", 3, 3, line},
                      {"replace", 3, 3, replace}, {"remove", 1, 2, remove},
                      {"append", 1, 1, append},   {"prepend", 1, 1, prepend}};

const Kind* find_kind(const std::string& name) {
    for (const Kind& k : kinds)
        if (name == k.name)
            return &k;
    return nullptr;
}

}  // namespace

std::vector<Edit> parse_edits(const Words& words) {
    std::vector<Edit> out;
    for (size_t i = 0; i < words.size(); i++) {
        const Kind* k = find_kind(words[i]);
        if (!k) {
            std::vector<std::string_view> names;
            for (const Kind& each : kinds)
                names.push_back(each.name);
            auto near = nearest(words[i], names);
            throw Error(exit_usage, fmt::format("'{}' is no change of a file", words[i]), {},
                        near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        Edit e{words[i], {}};
        while (i + 1 < words.size() && words[i + 1] != "+")
            e.words.push_back(words[++i]);
        if (e.words.size() < k->least || e.words.size() > k->most)
            throw Error(exit_usage, fmt::format("'{}' takes {} words, not {}", e.what,
                                                k->least == k->most
                                                    ? std::to_string(k->least)
                                                    : fmt::format("{} or {}", k->least, k->most),
                                                e.words.size()));
        for (const std::string& w : e.words)
            if (w.find('\n') != std::string::npos)
                throw Error(
                    exit_usage,
                    fmt::format("'{}' works on lines: a word of it holds a line end", e.what));
        out.push_back(std::move(e));
        i++;  // the +
    }
    if (out.empty())
        throw Error(exit_usage, "no change is named");
    return out;
}

std::string edited(std::string_view text, const Edit& e) {
    const Kind* k = find_kind(e.what);
    if (!k)
        bug("a change that was not parsed");
    return k->apply(text, e.words);
}

}  // namespace weft::ncm
