// Children wait until their container closes; then they are sorted, checked and moved in.
#include "base/noun/builder.hh"

#include <fmt/core.h>

#include <algorithm>

namespace weft {

Builder::Wrong Builder::key(std::string_view text, size_t place) {
    if (!any_key_) {
        auto t = parse_term(text);
        if (!t || !t->is_key() || t->key.view() != text)
            return fmt::format("'{}' cannot be the name of an element", text);
        next_ = {t->key, {}, place};
    } else {
        bool wanted = !names_ || names_->contains(text);
        next_ = {wanted ? Key(text) : Key(), {}, place, !wanted};
    }
    return std::nullopt;
}

Builder::Wrong Builder::open(Kind kind) {
    if (open_.size() >= limits_.depth)
        return fmt::format("more than {} levels deep", limits_.depth);
    if (++count_ > limits_.elements)
        return fmt::format("more than {} elements", limits_.elements);
    open_.push_back({kind, waiting_.size(), std::move(next_)});
    next_ = {};
    return std::nullopt;
}

Builder::Wrong Builder::add(Element e) {
    if (++count_ > limits_.elements)
        return fmt::format("more than {} elements", limits_.elements);
    next_.value = std::move(e);
    waiting_.push_back(std::move(next_));
    next_ = {};
    return std::nullopt;
}

std::optional<Builder::Misplaced> Builder::close() {
    Container c = std::move(open_.back());
    open_.pop_back();
    waiting_.erase(std::remove_if(waiting_.begin() + long(c.first), waiting_.end(),
                                  [](auto& child) { return child.dropped; }),
                   waiting_.end());
    auto first = waiting_.begin() + long(c.first), last = waiting_.end();
    if (c.kind == Kind::list) {
        c.self.value = Element::new_list();
        List& l = c.self.value.list_ref();
        l.reserve(size_t(last - first));
        for (auto i = first; i != last; ++i)
            l.push_back(std::move(i->value));
    } else {
        auto before = [](const Child& a, const Child& b) {
            return a.key < b.key;
        };
        if (!std::is_sorted(first, last, before))
            std::stable_sort(first, last, before);
        auto twice = std::adjacent_find(
            first, last, [](const Child& a, const Child& b) { return a.key == b.key; });
        if (twice != last) {
            ++twice;
            return Misplaced{fmt::format("'{}' is there twice", twice->key.view()), twice->place};
        }
        c.self.value = Element::new_dict();
        Dict& d = c.self.value.dict_ref();
        d.reserve(size_t(last - first));
        for (auto i = first; i != last; ++i)
            d.at(i->key) = std::move(i->value);
    }
    waiting_.erase(first, last);
    waiting_.push_back(std::move(c.self));
    return std::nullopt;
}

Error misread(std::string_view text, size_t at, std::string_view name, std::string message,
              std::string hint) {
    std::string_view before = text.substr(0, at);
    size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    int line = int(std::count(before.begin(), before.end(), '\n')) + 1;
    Error e(exit_data, std::move(message),
            Where{std::string(name), line, int(before.size() - line_start) + 1}, std::move(hint));
    e.line = line_of(text, line).substr(0, 200);
    return e;
}

}  // namespace weft
