// Sets of templates, joined as elements are put into each other.
#include "compiler/text/derive.hh"

namespace weft::compiler {

void Derive::loaded(const Template* t) {
    if (order_.emplace(t, uint32_t(names_.size())).second)
        names_.push_back(t->name);
}

void Derive::join(std::vector<uint32_t>& into, const std::vector<uint32_t>& more) {
    into.insert(into.end(), more.begin(), more.end());
    std::sort(into.begin(), into.end());
    into.erase(std::unique(into.begin(), into.end()), into.end());
}

uint32_t Derive::add(std::vector<uint32_t> templates, uint32_t created) {
    entries_.push_back({std::move(templates), created});
    return uint32_t(entries_.size() - 1);
}

void Derive::put(Element& e, const Element& old, const Template* t) {
    loaded(t);
    std::vector<uint32_t> set = entries_[e.origin()].templates;
    join(set, entries_[old.origin()].templates);
    join(set, {order_[t]});
    uint32_t created = entries_[old.origin()].created;
    e.set_origin(add(std::move(set), created ? created : next_++));
}

void Derive::placed(Element& e, const Template* t) {
    loaded(t);
    std::vector<uint32_t> set = entries_[e.origin()].templates;
    join(set, {order_[t]});
    e.set_origin(add(std::move(set), next_++));
}

void Derive::made(Element& e, const std::vector<const Template*>& templates) {
    std::vector<uint32_t> set;
    for (const Template* t : templates) {
        loaded(t);
        join(set, {order_[t]});
    }
    e.set_origin(add(std::move(set), next_++));
}

void Derive::whole(Element& root) {
    std::vector<uint32_t> set;
    for (uint32_t i = 0; i < names_.size(); i++)
        set.push_back(i);
    root.set_origin(add(std::move(set), 0));
}

std::vector<Result::Derivation> Derive::result() const {
    std::vector<Result::Derivation> out;
    for (const Entry& e : entries_) {
        std::string text;
        for (uint32_t t : e.templates)
            text += (text.empty() ? "" : ",") + names_[t];
        out.push_back({std::move(text), e.created});
    }
    return out;
}

}  // namespace weft::compiler
