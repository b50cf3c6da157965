// ${name} by ${name}, each replacement scanned before the text goes on.
#include "compiler/values/substitute.hh"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/noun/path.hh"
#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/values/format.hh"

namespace weft::compiler {
namespace {

class Substitution {
public:
    explicit Substitution(const LookUp& look_up) : look_up_(look_up) {}

    void add(std::string_view text) {
        for (size_t at = 0;;) {
            size_t open = text.find("${", at);
            if (open == text.npos)
                return append(text.substr(at));
            if (open > at && text[open - 1] == '$') {  // $${: the first $ goes, the rest is literal
                append(text.substr(at, open - 1 - at));
                append("${");
                at = open + 2;
                continue;
            }
            size_t close = text.find('}', open);
            if (close == text.npos)
                return append(text.substr(at));
            append(text.substr(at, open - at));
            replace(text.substr(open + 2, close - open - 2));
            at = close + 1;
        }
    }
    std::string out;

private:
    void append(std::string_view s) {
        out += s;
        check_text_size("substitute", out.size());
    }

    void replace(std::string_view inside) {
        std::string name(inside.substr(0, inside.find(":-")));
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
            std::string chain;
            for (const std::string& n : names_)
                chain += n + " -> ";
            throw EvalFailure(
                fmt::format("substitute(): '{}' is made of itself: {}{}", name, chain, name));
        }
        if (names_.size() > 100 || ++replaced_ > 100'000)
            throw EvalFailure("substitute(): there are too many names within names");
        auto value = look_up_(name);
        if (!value)
            throw EvalFailure(fmt::format("substitute(): nothing is called '{}'", name),
                              "write $${...} to have the text itself");
        names_.push_back(std::move(name));
        add(*value);
        names_.pop_back();
    }

    const LookUp& look_up_;
    std::vector<std::string> names_;  // being replaced now, outermost first
    size_t replaced_ = 0;
};

}  // namespace

std::string substitute(std::string_view text, const LookUp& look_up) {
    Substitution s(look_up);
    s.add(text);
    return std::move(s.out);
}

std::string substitute(std::string_view text, const Dict& dict) {
    return substitute(text, [&](std::string_view name) -> std::optional<std::string> {
        auto term = parse_term(name);
        const Element* e = term && term->is_key() ? dict.find(term->key) : nullptr;
        if (!e)
            return std::nullopt;
        return element_text("substitute", *e);
    });
}

}  // namespace weft::compiler
