// Nodes, counting, copying and comparing of elements.
#include "base/noun/element.hh"

#include <fmt/core.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/error.hh"

namespace weft {

std::string_view kind_name(Kind k) {
    static constexpr std::string_view names[] = {"undef",  "null",   "boolean", "long",
                                                 "double", "string", "list",    "nlist"};
    return names[int(k)];
}

Element Element::of_string(std::string_view s) {
    void* raw = std::malloc(sizeof(Node::OfText) + s.size());
    if (!raw)
        throw std::bad_alloc();
    auto* n = new (raw) Node::OfText;
    n->size = s.size();
    std::memcpy(n->text, s.data(), s.size());
    n->text[s.size()] = 0;
    Element e(Kind::string);
    e.node_ = n;
    return e;
}

Element Element::new_list() {
    Node* made = new Node::OfList;  // before there is an element that would let it go
    Element e(Kind::list);
    e.node_ = made;
    return e;
}

Element Element::new_dict() {
    Node* made = new Node::OfDict;  // before there is an element that would let it go
    Element e(Kind::dict);
    e.node_ = made;
    return e;
}

/// A tree may be deeper than the stack, and to give memory back must not take any: the place of a
/// child that is being emptied holds who is to be emptied after its parent.
void Element::destroy() {
    if (kind_ == Kind::string) {
        std::free(node_);
        return;
    }
    Node *node = node_, *above = nullptr;
    Kind kind = kind_, above_kind = Kind::list;
    auto items = [&]() -> auto& { return static_cast<Node::OfList*>(node)->list.items_; };
    auto entries = [&]() -> auto& { return static_cast<Node::OfDict*>(node)->dict.entries_; };
    auto last = [&]() -> Element* {
        if (kind == Kind::list)
            return items().empty() ? nullptr : &items().back();
        return entries().empty() ? nullptr : &entries().back().value;
    };
    auto drop_last = [&] {
        if (kind == Kind::list)
            items().pop_back();
        else
            entries().pop_back();
    };
    auto was_only_one = [](Node& n) {
        return n.frozen ? std::atomic_ref(n.refs).fetch_sub(1, std::memory_order_acq_rel) == 1
                        : --n.refs == 0;
    };
    for (;;) {
        Element* child = last();
        if (!child) {
            if (kind == Kind::list)
                delete static_cast<Node::OfList*>(node);
            else
                delete static_cast<Node::OfDict*>(node);
            if (!above)
                return;
            node = above;
            kind = above_kind;
            child = last();
            above = child->node_;
            above_kind = child->link_ ? Kind::dict : Kind::list;
            drop_last();
        } else if (!child->is_resource()) {
            drop_last();
        } else {
            Node* into = child->node_;
            Kind into_kind = std::exchange(child->kind_, Kind::undef);
            if (!was_only_one(*into)) {
                drop_last();
                continue;
            }
            child->node_ = above;
            child->link_ = above_kind == Kind::dict;
            above = node;
            above_kind = kind;
            node = into;
            kind = into_kind;
        }
    }
}

List& Element::list_ref() {
    if (kind_ != Kind::list || node_->frozen)
        bug("list_ref() on what may not change");
    return static_cast<Node::OfList*>(node_)->list;
}

Dict& Element::dict_ref() {
    if (kind_ != Kind::dict || node_->frozen)
        bug("dict_ref() on what may not change");
    return static_cast<Node::OfDict*>(node_)->dict;
}

bool Element::shared() const { return counted() && (node_->frozen || node_->refs > 1); }

void Element::freeze() {
    std::vector<Element*> work{this};
    while (!work.empty()) {
        Element* e = work.back();
        work.pop_back();
        if (e->frozen())
            continue;
        e->node_->frozen = true;
        if (e->is(Kind::list))
            for (Element& c : static_cast<Node::OfList*>(e->node_)->list.items_)
                work.push_back(&c);
        if (e->is(Kind::dict))
            for (Dict::Entry& c : static_cast<Node::OfDict*>(e->node_)->dict.entries_)
                work.push_back(&c.value);
    }
}

void Element::set_mark(uint32_t m) {
    if (is(Kind::dict))
        static_cast<Node::OfDict*>(node_)->dict.mark_ = m;
    else if (is(Kind::list))
        static_cast<Node::OfList*>(node_)->list.mark_ = m;
}

bool Element::sole() const {
    std::vector<const Element*> work{this};
    while (!work.empty()) {
        const Element* e = work.back();
        work.pop_back();
        if (!e->is_resource() || e->frozen())
            continue;
        if (e->node_->refs > 1)
            return false;
        if (e->is(Kind::list))
            for (const Element& c : e->list())
                work.push_back(&c);
        else
            for (const Dict::Entry& c : e->dict())
                work.push_back(&c.value);
    }
    return true;
}

Element Element::shallow() const {
    if (!is_resource())
        return *this;
    Element copy = is(Kind::list) ? new_list() : new_dict();
    copy.link_ = link_;
    copy.origin_ = origin_;
    if (is(Kind::list))
        copy.list_ref() = list();
    else
        copy.dict_ref() = dict();
    copy.set_mark(0);
    return copy;
}

Element Element::clone() const {
    Element top = *this;
    std::vector<Element*> work{&top};
    while (!work.empty()) {
        Element* e = work.back();
        work.pop_back();
        if (!e->is_resource() || e->frozen())
            continue;
        *e = e->shallow();
        if (e->is(Kind::list))
            for (Element& c : static_cast<Node::OfList*>(e->node_)->list.items_)
                work.push_back(&c);
        else
            for (Dict::Entry& c : static_cast<Node::OfDict*>(e->node_)->dict.entries_)
                work.push_back(&c.value);
    }
    return top;
}

void Element::unshare() {
    if (is_resource() && shared())
        *this = shallow();
}

const Element* Element::find(Term t) const {
    if (is(Kind::dict) && t.is_key())
        return dict().find(t.key);
    if (is(Kind::list) && !t.is_key()) {
        auto at = list().position(t.index);
        return at ? &list()[*at] : nullptr;
    }
    return nullptr;
}

const Element* Element::find(const Path& p) const {
    const Element* e = this;
    for (const Term& t : p.terms())
        if (!(e = e->find(t)))
            return nullptr;
    return e;
}

const Element* Element::find(std::string_view path) const { return find(Path::parse(path)); }

void Element::put(const Path& p, Element value) {
    Element* e = this;
    for (const Term& t : p.terms()) {
        if (!e->is_defined())
            *e = t.is_key() ? new_dict() : new_list();
        if (!e->is(t.is_key() ? Kind::dict : Kind::list))
            throw Error(exit_data, fmt::format("cannot put '{}': '{}' is below a {}", p.text(),
                                               t.text(), kind_name(e->kind())));
        e->unshare();
        if (t.is_key()) {
            e = &e->dict_ref().at(t.key);
        } else {
            List& l = e->list_ref();
            if (t.index < 0 && size_t(-int64_t(t.index)) > l.size())
                throw Error(exit_data, fmt::format("cannot put '{}': the list has only {} items",
                                                   p.text(), l.size()));
            size_t at = t.index < 0 ? l.size() - size_t(-int64_t(t.index)) : size_t(t.index);
            if (at >= l.size())
                l.resize(at + 1);
            e = &l[at];
        }
    }
    *e = std::move(value);
}

void Element::remove(const Path& p) {
    if (p.is_root() || !find(p))
        return;
    Element* e = this;
    for (size_t i = 0;; i++) {
        Term t = p.terms()[i];
        bool last = i + 1 == p.terms().size();
        e->unshare();
        if (t.is_key()) {
            if (last) {
                e->dict_ref().erase(t.key);
                return;
            }
            e = e->dict_ref().find(t.key);
        } else {
            size_t at = *e->list().position(t.index);
            if (last) {
                e->list_ref().erase(at);
                return;
            }
            e = &e->list_ref()[at];
        }
    }
}

bool operator==(const Element& a, const Element& b) {
    std::vector<std::pair<const Element*, const Element*>> work{{&a, &b}};
    while (!work.empty()) {
        auto [x, y] = work.back();
        work.pop_back();
        if (x->kind_ != y->kind_)
            return false;
        switch (x->kind_) {
            case Kind::undef:
            case Kind::null: break;
            case Kind::boolean:
                if (x->boolean_ != y->boolean_)
                    return false;
                break;
            case Kind::long_:
                if (x->long_ != y->long_)
                    return false;
                break;
            case Kind::double_:
                if (x->double_ != y->double_ &&
                    !(x->double_ != x->double_ && y->double_ != y->double_))
                    return false;
                break;
            case Kind::string:
                if (x->node_ != y->node_ && x->string() != y->string())
                    return false;
                break;
            case Kind::list: {
                if (x->node_ == y->node_)
                    break;
                const List &l = x->list(), &m = y->list();
                if (l.size() != m.size())
                    return false;
                for (size_t i = 0; i < l.size(); i++)
                    work.emplace_back(&l[i], &m[i]);
                break;
            }
            case Kind::dict: {
                if (x->node_ == y->node_)
                    break;
                const Dict &d = x->dict(), &f = y->dict();
                if (d.size() != f.size())
                    return false;
                for (size_t i = 0; i < d.size(); i++) {
                    if (!(d[i].key == f[i].key))
                        return false;
                    work.emplace_back(&d[i].value, &f[i].value);
                }
                break;
            }
        }
    }
    return true;
}

std::optional<size_t> List::position(int32_t index) const {
    int64_t at = index < 0 ? int64_t(items_.size()) + index : index;
    if (at < 0 || at >= int64_t(items_.size()))
        return std::nullopt;
    return size_t(at);
}

size_t Dict::lower_bound(Key k) const {
    size_t low = 0, high = entries_.size();
    // Keys mostly arrive in order: look at the end first.
    if (high && entries_[high - 1].key < k)
        return high;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (entries_[mid].key < k)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const Element* Dict::find(Key k) const {
    if (entries_.size() <= 12) {
        for (const Entry& e : entries_)
            if (e.key == k)
                return &e.value;
        return nullptr;
    }
    size_t i = lower_bound(k);
    return i < entries_.size() && entries_[i].key == k ? &entries_[i].value : nullptr;
}

Element& Dict::at(Key k) {
    size_t i = lower_bound(k);
    if (i < entries_.size() && entries_[i].key == k)
        return entries_[i].value;
    changes_++;
    return entries_.insert(entries_.begin() + long(i), Entry{k, Element()})->value;
}

bool Dict::erase(Key k) {
    size_t i = lower_bound(k);
    if (i >= entries_.size() || !(entries_[i].key == k))
        return false;
    changes_++;
    entries_.erase(entries_.begin() + long(i));
    return true;
}

}  // namespace weft
