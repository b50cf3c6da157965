// A table of contents with two generations.
#include "compiler/reuse/sharing.hh"

#include <atomic>
#include <bit>
#include <cstring>

namespace weft::compiler {

/// Deeper trees, which validation refuses, are left as they are.
static constexpr int max_level = 20'000;
/// Children in one generation.
static constexpr size_t max_weight = 200'000;

/// Half of the marks are for constants.
static constexpr uint64_t first_constant = uint64_t(1) << 31;

struct Marks {
    std::atomic<uint64_t> next;
    uint64_t end;
};
static Marks shared_marks{1, first_constant}, constant_marks{first_constant, uint64_t(1) << 32};

bool Sharing::possible() { return shared_marks.next < shared_marks.end / 4 * 3; }
bool Sharing::constant(const Element& e) { return e.mark() >= first_constant; }

/// 0 when all are used.
template <Marks& marks>
static uint32_t new_mark() {
    thread_local uint64_t mine = 0, end = 0;
    if (mine == end) {
        mine = marks.next.fetch_add(1024);
        end = mine + 1024;
    }
    return mine < marks.end ? uint32_t(mine++) : 0;
}

static uint64_t mix(uint64_t h, uint64_t v) { return (std::rotl(h, 23) ^ v) * 0x9E3779B97F4A7C15u; }

static uint64_t text_hash(std::string_view s) {
    uint64_t h = s.size();
    while (s.size() >= 8) {
        uint64_t word;
        std::memcpy(&word, s.data(), 8);
        h = mix(h, word);
        s.remove_prefix(8);
    }
    uint64_t rest = 0;
    if (!s.empty())
        std::memcpy(&rest, s.data(), s.size());
    return mix(h, rest);
}

static uint64_t hash_of(uint64_t h, const Element& e) {
    h = mix(h, uint64_t(e.kind()) << 40 | uint64_t(e.is_link()) << 32 | e.origin());
    switch (e.kind()) {
        case Kind::boolean: return mix(h, e.boolean());
        case Kind::long_: return mix(h, uint64_t(e.long_value()));
        case Kind::double_: return mix(h, std::bit_cast<uint64_t>(e.double_value()));
        case Kind::string: return mix(h, text_hash(e.string()));
        default: return mix(h, e.mark());
    }
}

bool Sharing::alike(const Element& a, const Element& b) {
    if (a.kind() != b.kind() || a.origin() != b.origin() || a.is_link() != b.is_link())
        return false;
    switch (a.kind()) {
        case Kind::boolean: return a.boolean() == b.boolean();
        case Kind::long_: return a.long_value() == b.long_value();
        case Kind::double_:
            return std::bit_cast<uint64_t>(a.double_value()) ==
                   std::bit_cast<uint64_t>(b.double_value());
        case Kind::string: return a.same_node(b) || a.string() == b.string();
        case Kind::list:
        case Kind::dict: return a.mark() && a.mark() == b.mark();
        default: return true;
    }
}

/// The same child in two lists or two dicts.
static bool same_child(const Element& a, const Element& b, size_t i) {
    return (a.is(Kind::list) || a.dict()[i].key == b.dict()[i].key) &&
           Sharing::alike(a.child(i), b.child(i));
}

static bool same_contents(const Element& a, const Element& b) {
    if (a.kind() != b.kind() || a.size() != b.size())
        return false;
    for (size_t i = 0; i < a.size(); i++)
        if (!same_child(a, b, i))
            return false;
    return true;
}

/// What a child adds to the hash of its list or dict: sums can do without the children that are the
/// same.
static uint64_t child_hash(const Element& e, size_t i) {
    uint64_t h = hash_of(e.is(Kind::dict) ? e.dict()[i].key.hash() : i, e.child(i));
    return h ^ h >> 32;
}

/// Smaller ones are not worth looking for another like them.
static constexpr size_t large = 8;

Sharing::Slot* Sharing::Table::find(uint64_t hash, const Element& e) {
    if (slots.empty())
        return nullptr;
    size_t mask = slots.size() - 1;
    for (size_t i = hash & mask; slots[i].element.is_resource(); i = (i + 1) & mask)
        if (slots[i].hash == hash && same_contents(slots[i].element, e))
            return &slots[i];
    return nullptr;
}

void Sharing::Table::add(uint64_t hash, const Element& e) {
    if (slots.size() < 2 * (used + 1)) {
        std::vector<Slot> old(std::max<size_t>(256, slots.size() * 2));
        old.swap(slots);
        size_t mask = slots.size() - 1;
        for (Slot& s : old) {
            if (!s.element.is_resource())
                continue;
            size_t i = s.hash & mask;
            while (slots[i].element.is_resource())
                i = (i + 1) & mask;
            slots[i] = std::move(s);
        }
    }
    size_t mask = slots.size() - 1, i = hash & mask;
    while (slots[i].element.is_resource())
        i = (i + 1) & mask;
    slots[i] = {hash, e};
    used++;
    weight += e.size() + 4;
}

void Sharing::visit(Element& e, int level, uint64_t name) {
    if (e.mark() || level > max_level)
        return;
    size_t n = e.size(), first = 0, end = n;
    uint64_t h = mix(uint64_t(e.kind()), n);
    Last* last = n >= large ? &last_[mix(h, name) >> 32 & (last_.size() - 1)] : nullptr;
    if (last && last->element.kind() == e.kind() && last->element.size() == n) {
        while (first < end && same_child(e, last->element, first))
            first++;
        while (first < end && same_child(e, last->element, end - 1))
            end--;
        if ((end - first) * 2 < n) {
            h = last->hash;
            for (size_t i = first; i < end; i++)
                h -= child_hash(last->element, i);
        } else {
            first = 0;
            end = n;
        }
    }
    bool dict = e.is(Kind::dict), whole = true;
    for (size_t i = first; i < end; i++) {
        Element& child = e.child_to_share(i);
        if (child.is_resource()) {
            visit(child, level + 1, dict ? e.dict()[i].key.hash() : name + 1);
            whole = whole && child.mark();
        }
        h += child_hash(e, i);
    }
    if (!whole)
        return;
    Slot* known = now_.find(h, e);
    if (!known && (known = before_.find(h, e)))
        now_.add(h, known->element);
    if (known) {
        Element there = known->element;
        e.set_mark(there.mark());  // who holds the old one, an iterator, knows it by this
        there.set_origin(e.origin());
        there.set_link(e.is_link());
        e = std::move(there);
        return;
    }
    e.set_mark(new_mark<shared_marks>());
    if (!e.mark())
        return;
    now_.add(h, e);
    if (!last)
        return;
    if (end - first < n)
        kin_[e.mark() % kin_.size()] = {e.mark(), first, end, last->element};
    *last = {e, h};
}

void Sharing::share(Element& e) {
    if (!e.is_resource() || e.mark())
        return;
    e.freeze();
    visit(e, 0, 0);
    if (!e.mark())
        mark(e);  // too deep: once others see it nothing in it may change
    if (now_.weight < max_weight)
        return;
    before_ = std::move(now_);
    now_ = {};
}

void Sharing::mark(Element& top) {
    std::vector<Element*> work{&top};
    while (!work.empty()) {
        Element* e = work.back();
        work.pop_back();
        if (!e->is_resource() || e->mark())
            continue;
        e->set_mark(new_mark<constant_marks>());
        for (size_t i = 0; i < e->size(); i++)
            work.push_back(&e->child_to_share(i));
    }
}

}  // namespace weft::compiler
