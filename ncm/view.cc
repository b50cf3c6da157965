// Lenient look-ups: the compiler has checked types already, historic caches keep only texts.
#include "ncm/view.hh"

#include <fmt/core.h>

#include <charconv>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

View View::operator[](std::string_view key) const {
    return View(e_ && e_->is(Kind::dict) ? e_->dict().find(Key(key)) : nullptr);
}

std::optional<std::string> View::maybe() const {
    if (!e_ || !e_->is_property())
        return std::nullopt;
    return property_text(*e_);
}

std::string View::text(std::string_view fallback) const {
    return maybe().value_or(std::string(fallback));
}

std::string View::line(std::string_view fallback) const {
    std::string t = text(fallback);
    constexpr std::string_view ends("\n\r\0", 3);
    if (size_t at = t.find_first_of(ends); at != std::string::npos)
        throw Error(exit_data, fmt::format("a {} inside the value '{}...'",
                                           t[at] ? "line end" : "zero byte", t.substr(0, at)));
    return t;
}

bool View::flag(bool fallback) const {
    if (!e_ || !e_->is_property())
        return fallback;
    if (e_->is(Kind::boolean))
        return e_->boolean();
    std::string t = text();
    return t == "true" || t == "yes" || t == "on" || t == "1";
}

long View::number(long fallback) const {
    if (!e_ || !e_->is_property())
        return fallback;
    if (e_->is(Kind::long_))
        return e_->long_value();
    std::string t = text();
    long n = 0;
    auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), n);
    if (t.empty() || ec != std::errc() || end != t.data() + t.size())
        throw Error(exit_data, "'" + t + "' is no whole number");
    return n;
}

std::vector<View> View::items() const {
    std::vector<View> out;
    if (e_ && e_->is(Kind::list))
        for (const Element& c : e_->list())
            out.emplace_back(&c);
    else if (e_ && e_->is_property())
        out.push_back(*this);
    return out;
}

std::vector<std::string> View::texts() const {
    std::vector<std::string> out;
    for (View v : items())
        out.push_back(v.text());
    return out;
}

std::vector<View::Member> View::members() const {
    std::vector<Member> out;
    if (e_ && e_->is(Kind::dict))
        for (const auto& c : e_->dict())
            out.push_back({std::string(c.key.view()), View(&c.value)});
    return out;
}

std::vector<View::Member> View::unescaped() const {
    auto out = members();
    for (Member& m : out)
        if (auto plain = unescape(m.name))
            m.name = *plain;
    return out;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    std::string out;
    for (size_t i = 0; i < words.size(); i++) {
        if (i)
            out += separator;
        out += words[i];
    }
    return out;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    for (size_t at = 0; (at = text.find_first_not_of(" \t\r\n", at)) != std::string_view::npos;) {
        size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
        out.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return out;
}

}  // namespace weft::ncm
