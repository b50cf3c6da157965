// replace: every match of a regular expression gives way to a text that may name its groups.
#include <fmt/core.h>

#include <variant>

#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

namespace weft::compiler::builtin {

/// A text, or the number of a group.
using Piece = std::variant<std::string, int>;

[[noreturn]] static void fail(std::string_view replacement, const std::string& why) {
    throw EvalFailure(fmt::format("replace(): in the replacement '{}' {}", replacement, why),
                      "\\$ and \\\\ are the characters $ and \\");
}

static std::vector<Piece> pieces_of(std::string_view t, const Regex& regex) {
    std::vector<Piece> out;
    auto add = [&](char c) {
        if (out.empty() || out.back().index() == 1)
            out.emplace_back(std::string());
        std::get<std::string>(out.back()) += c;
    };
    auto digit = [&](size_t i) {
        return i < t.size() && t[i] >= '0' && t[i] <= '9';
    };
    for (size_t i = 0; i < t.size(); i++) {
        if (t[i] == '\\') {
            if (++i == t.size())
                fail(t, "nothing follows the last \\");
            add(t[i]);
        } else if (t[i] != '$') {
            add(t[i]);
        } else if (i + 1 < t.size() && t[i + 1] == '{') {
            size_t end = t.find('}', i);
            if (end == t.npos)
                fail(t, "${ is not closed");
            std::string name(t.substr(i + 2, end - i - 2));
            auto group = regex.group(name);
            if (!group)
                fail(t, fmt::format("there is no group named '{}'", name));
            out.emplace_back(*group);
            i = end;
        } else {
            if (!digit(i + 1))
                fail(t, "$ is not followed by a group's number or {name}");
            int group = t[++i] - '0';
            if (group > regex.groups())
                fail(t, fmt::format("there is no group {}; the expression has {}", group,
                                    regex.groups()));
            while (digit(i + 1) && group * 10 + (t[i + 1] - '0') <= regex.groups())
                group = group * 10 + (t[++i] - '0');
            out.emplace_back(group);
        }
    }
    return out;
}

static Element call_replace(Eval&, const Arguments& arg) {
    std::string repaired, out;
    std::string_view replacement = arg.string(1), text = well_formed(arg.string(2), repaired);
    auto regex = Regex::get(arg.function(), arg.string(0));
    std::optional<std::vector<Piece>> pieces;
    size_t from = 0;
    regex->each(arg.function(), text, [&](const RegexMatch& m) {
        if (!pieces)
            pieces = pieces_of(replacement, *regex);
        out += text.substr(from, m.begin() - from);
        for (const Piece& p : *pieces) {
            if (auto* fixed = std::get_if<std::string>(&p))
                out += *fixed;
            else
                out += m.text(size_t(std::get<int>(p)));
        }
        from = m.end();
        check_text_size(arg.function(), out.size());
        return true;
    });
    if (!pieces)
        return arg[2];
    out += text.substr(from);
    return Element::of_string(out);
}

extern const Builtin replace{.name = "replace",
                             .arity = {3, 3},
                             .call = call_replace,
                             .doc =
                                 "replace(regex, replacement, string): every match replaced; $1 or "
                                 "${name} in the replacement is that group"};

}  // namespace weft::compiler::builtin
