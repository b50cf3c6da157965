// Patterns, conditions, and the walk over the columns.
#include "cdb/query.hh"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "base/error.hh"
#include "cdb/values.hh"

namespace weft::cdb {

PathPattern::PathPattern(std::string_view text) : text_(text) {
    if (!text.starts_with('/'))
        throw Error(exit_data,
                    fmt::format("invalid path pattern '{}': it must begin with '/'", text), {},
                    "/system/network/*/ip, /software/**/version");
    for (size_t at = 1; at <= text.size();) {
        size_t end = std::min(text.find('/', at), text.size());
        if (end > at)
            steps_.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (steps_.size() > 64 || std::count(steps_.begin(), steps_.end(), "**") > 2)
        throw Error(exit_data, "the pattern is too long");
    literal_ = true;
    for (auto& step : steps_) {
        size_t wild = step.find_first_of("*?[\\");
        if (wild == std::string::npos) {
            prefix_ += '/' + step;
            continue;
        }
        literal_ = false;
        if (step != "**")
            prefix_ += '/' + step.substr(0, wild);
        break;
    }
}

static bool match(const std::vector<std::string>& steps, size_t at, std::string_view path) {
    for (; at < steps.size(); at++) {
        if (steps[at] == "**") {
            for (;; path = path.substr(std::min(path.find('/', 1), path.size()))) {
                if (match(steps, at + 1, path))
                    return true;
                if (path.empty())
                    return false;
            }
        }
        if (path.empty())
            return false;
        size_t end = std::min(path.find('/', 1), path.size());
        if (fnmatch(steps[at].c_str(), std::string(path.substr(1, end - 1)).c_str(), 0))
            return false;
        path.remove_prefix(end);
    }
    return path.empty();
}

bool PathPattern::fits(std::string_view path) const {
    return literal_ ? path == prefix_ : match(steps_, 0, path);
}

Condition Condition::parse(std::string_view text) {
    auto trim = [](std::string_view s) {
        while (s.starts_with(' '))
            s.remove_prefix(1);
        while (s.ends_with(' '))
            s.remove_suffix(1);
        return s;
    };
    text = trim(text);
    if (text.starts_with('!'))
        return {PathPattern(trim(text.substr(1))), absent, {}};
    static constexpr std::pair<std::string_view, Op> ops[] = {
        {"!=", differs}, {"!~", unlike}, {"<=", at_most}, {">=", at_least},
        {"=", equal},    {"<", less},    {">", more},     {"~", like}};
    size_t at = std::string_view::npos;
    std::pair<std::string_view, Op> found{"", there};
    for (auto& op : ops)
        if (size_t p = text.find(op.first); p < at) {
            at = p;
            found = op;
        }
    Condition c{PathPattern(trim(text.substr(0, at))), found.second, {}};
    if (found.second == there)
        return c;
    std::string_view operand = trim(text.substr(at + found.first.size()));
    if (operand.size() > 1 && (operand[0] == '\'' || operand[0] == '"') &&
        operand.back() == operand[0])
        operand = operand.substr(1, operand.size() - 2);
    c.operand = operand;
    return c;
}

static std::optional<double> number(std::string_view s) {
    double d = 0;
    auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), d);
    if (ec != std::errc() || end != s.data() + s.size())
        return std::nullopt;
    return d;
}

bool Condition::holds(std::string_view value) const {
    std::string_view text = leaf_text(value);
    if (op == there || op == absent)
        return true;
    if (op == like || op == unlike)
        return (fnmatch(operand.c_str(), std::string(text).c_str(), 0) == 0) == (op == like);
    int order = text.compare(operand);
    if (value[0] == 'l' || value[0] == 'd')
        if (auto a = number(text), b = number(operand); a && b)
            order = *a < *b ? -1 : *a > *b;
    switch (op) {
        case equal: return order == 0;
        case differs: return order != 0;
        case less: return order < 0;
        case at_most: return order <= 0;
        case more: return order > 0;
        default: return order >= 0;
    }
}

/// The columns that fit.
static void each(const Values& values, const PathPattern& p,
                 const std::function<bool(std::string_view path, Column)>& f) {
    values.each_column(p.prefix(), [&](std::string_view path, std::string_view bytes) {
        if (p.fits(path))
            return f(path, Column::decode(bytes)) && !p.literal();
        return !p.literal() || path < p.prefix();
    });
}

static constexpr size_t most_joined = 2000000;  // values; each may be some hundred bytes in the end

Answers ask(const Values& values, const Query& asked_for) {
    Query q = asked_for;
    q.limit = std::min(q.limit, Query().limit);
    Answers out;
    out.slots = values.slots();
    out.join = q.join;
    const auto& slots = *out.slots;
    std::vector<bool> asked(slots.size());
    for (size_t i = 0; i < slots.size(); i++)
        asked[i] = slots[i].revision &&
                   (q.node == "*" || fnmatch(q.node.c_str(), slots[i].node.c_str(), 0) == 0) &&
                   (!q.visible || q.visible(slots[i].object));
    for (const Condition& c : q.where) {
        std::vector<bool> holds(slots.size(), false);
        each(values, c.path, [&](auto, const Column& column) {
            if (q.go_on)
                q.go_on();
            for (auto& g : column.groups)
                if (c.holds(g.value))
                    for (uint32_t s : g.slots)
                        if (s < slots.size())
                            holds[s] = true;
            return true;
        });
        for (size_t i = 0; i < slots.size(); i++)
            asked[i] = asked[i] && holds[i] == (c.op != Condition::absent);
    }

    // The place of each node in the order of names: rows are sorted by two numbers and a path.
    std::vector<uint32_t> by_name(slots.size()), rank(slots.size());
    for (uint32_t i = 0; i < by_name.size(); i++)
        by_name[i] = i;
    std::sort(by_name.begin(), by_name.end(),
              [&](uint32_t a, uint32_t b) { return slots[a].node < slots[b].node; });
    for (uint32_t i = 0; i < by_name.size(); i++)
        rank[by_name[i]] = i;

    auto order = [&](auto& a, auto& b) {
        return rank[a.slot] < rank[b.slot];
    };
    auto only_first =
        [&] {  // what is past the limit is dropped now and then: memory is bounded by it
            std::sort(out.rows.begin(), out.rows.end(), [&](auto& a, auto& b) {
                return a.slot != b.slot ? order(a, b) : a.path < b.path;
            });
            out.rows.erase(
                std::unique(out.rows.begin(), out.rows.end(),
                            [](auto& a, auto& b) { return a.slot == b.slot && a.path == b.path; }),
                out.rows.end());
            if (out.rows.size() > q.limit) {
                out.rows.resize(q.limit);
                out.complete = false;
            }
        };
    size_t joined = 0;
    std::vector<uint32_t> place(slots.size(), UINT32_MAX);
    size_t most = q.text
                      ? q.limit
                      : SIZE_MAX;  // a search stops when it has enough, whichever nodes those are
    for (size_t n = 0; n < q.paths.size(); n++) {
        out.columns.push_back(q.paths[n].text());
        each(values, q.paths[n], [&](std::string_view path, const Column& column) {
            if (q.go_on)
                q.go_on();
            bool path_fits = q.text && path.find(*q.text) != std::string_view::npos;
            for (auto& g : column.groups) {
                if (q.text && !path_fits &&
                    leaf_text(g.value).find(*q.text) == std::string_view::npos)
                    continue;
                for (uint32_t s : g.slots) {
                    if (s >= slots.size() || !asked[s])
                        continue;
                    if (q.join) {
                        if (++joined > most_joined)
                            throw Error(exit_data,
                                        fmt::format("more than {} values to join", most_joined), {},
                                        "ask for fewer paths, or with 'node' for fewer nodes");
                        if (place[s] == UINT32_MAX) {
                            place[s] = uint32_t(out.joined.size());
                            out.joined.push_back(
                                {s, std::vector<std::vector<LeafValue>>(q.paths.size())});
                        }
                        out.joined[place[s]].columns[n].push_back(g.value);
                    } else {
                        if (out.rows.size() == most)
                            return out.complete = false;
                        out.rows.push_back({s, std::string(path), g.value});
                        if (out.rows.size() >= 2 * q.limit + 10000)
                            only_first();
                    }
                }
            }
            return true;
        });
    }
    std::sort(out.joined.begin(), out.joined.end(), order);
    only_first();
    if (out.joined.size() > q.limit) {
        out.joined.resize(q.limit);
        out.complete = false;
    }
    return out;
}

}  // namespace weft::cdb
