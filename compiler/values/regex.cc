// Compiled patterns, kept per thread, and searching with them.
#include "compiler/values/regex.hh"

#include <fmt/core.h>

#include <unordered_map>

#include "base/error.hh"
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler {

Regex::Regex(std::string_view pattern, RegexFlags flags)
    : pattern_(pattern), translated_(translate_regex(pattern, flags)) {
    if (translated_.literal)
        return;
    try {
        pcre_.emplace(translated_.pcre);
    } catch (const Error& e) {
        throw RegexError(e.message);  // its position is in our translation: of no use to the author
    }
}

std::shared_ptr<const Regex> Regex::get(std::string_view function, std::string_view pattern,
                                        RegexFlags flags) {
    thread_local std::unordered_map<std::string, std::shared_ptr<const Regex>> store;
    constexpr size_t enough = 2000;  // patterns made by a loop must not fill the memory
    std::string key{char('a' + flags.ignore_case * 16 + flags.unicode_case * 8 + flags.dot_all * 4 +
                         flags.multi_line * 2 + flags.comments)};
    key += pattern;
    if (auto it = store.find(key); it != store.end())
        return it->second;
    try {
        auto made = std::make_shared<const Regex>(pattern, flags);
        if (store.size() >= enough)
            store.clear();
        return store.emplace(std::move(key), std::move(made)).first->second;
    } catch (const RegexError& e) {
        EvalFailure f(
            fmt::format("{}(): invalid regular expression '{}': {}", function, pattern, e.what()));
        f.offset = e.at;
        throw Arguments::about(function.starts_with("match") ? 1 : 0, std::move(f));
    }
}

bool Regex::search(std::string_view function, std::string_view text, size_t from,
                   RegexMatch& m) const {
    m.text_ = text;
    if (!pcre_) {
        size_t at = text.find(*translated_.literal, from);
        if (at == text.npos)
            return false;
        m.offsets_ = {at, at + translated_.literal->size()};
        return true;
    }
    switch (pcre_->search(text, from, m.offsets_)) {
        case Pcre::Outcome::no: return false;
        case Pcre::Outcome::yes: return true;
        case Pcre::Outcome::too_hard: break;
    }
    throw EvalFailure(
        fmt::format("{}(): the regular expression '{}' takes too long on a text of {} characters",
                    function, pattern_, utf16_length(text)),
        "a repetition inside a repetition, as (a+)+, tries every way to split the text; "
        "make the parts exclude each other, or use a possessive a++");
}

void Regex::each(std::string_view function, std::string_view text,
                 const std::function<bool(const RegexMatch&)>& found) const {
    RegexMatch m;
    for (size_t from = 0; from <= text.size() && search(function, text, from, m);) {
        if (!found(m))
            return;
        from = m.end();
        if (m.begin() == m.end())
            from += from < text.size() ? code_point(text, from).bytes : 1;
    }
}

std::optional<int> Regex::group(const std::string& name) const {
    auto it = translated_.names.find(name);
    if (it == translated_.names.end())
        return std::nullopt;
    return it->second;
}

RegexFlags regex_flags(std::string_view function, std::string_view letters) {
    RegexFlags f;
    for (char c : letters) {
        switch (c) {
            case 'i': f.ignore_case = true; break;
            case 's': f.dot_all = true; break;
            case 'm': f.multi_line = true; break;
            case 'u': f.unicode_case = true; break;
            case 'x': f.comments = true; break;
            default:
                throw EvalFailure(fmt::format(
                    "{}(): unknown flag in '{}'; there are i, m, s, u and x", function, letters));
        }
    }
    return f;
}

}  // namespace weft::compiler
