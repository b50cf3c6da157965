// The element tree: what a profile is made of. One type for the compiler, the database, the node
// cache and every component.
//
// An Element is 16 bytes: a kind, a 32-bit origin (who set it: an index into a table its producer
// keeps) and a value or a counted reference to a text, list or dict. Copying an Element copies the
// reference. Two disciplines are built on that:
//   - most code uses read-only access and put()/remove(), which copy what is shared before they
//   change
//     it: value semantics, no surprises;
//   - the compiler uses list_ref()/dict_ref(), which change the node in place for everybody who
//   refers
//     to it, because Pan's local variables are references.
// A tree belongs to one thread until freeze(): then it can never change again and may be read,
// copied and dropped by any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/noun/key.hh"
#include "base/noun/path.hh"

namespace weft {

enum class Kind : uint8_t { undef, null, boolean, long_, double_, string, list, dict };

/// boolean long double string list nlist undef null, as in profiles and messages.
std::string_view kind_name(Kind);

class List;
class Dict;

class Element {
public:
    Element() : bits_(0) {}  ///< undef
    static Element null() { return Element(Kind::null); }
    static Element of_boolean(bool b) {
        Element e(Kind::boolean);
        e.boolean_ = b;
        return e;
    }
    static Element of_long(int64_t l) {
        Element e(Kind::long_);
        e.long_ = l;
        return e;
    }
    static Element of_double(double d) {
        Element e(Kind::double_);
        e.double_ = d;
        return e;
    }
    static Element of_string(std::string_view s);
    static Element new_list();
    static Element new_dict();

    Element(const Element& o) : kind_(o.kind_), link_(o.link_), origin_(o.origin_), bits_(o.bits_) {
        if (counted())
            retain();
    }
    Element(Element&& o) noexcept
        : kind_(o.kind_), link_(o.link_), origin_(o.origin_), bits_(o.bits_) {
        o.kind_ = Kind::undef;
    }
    Element& operator=(const Element& o) {
        Element copy(o);
        swap(copy);
        return *this;
    }
    Element& operator=(Element&& o) noexcept {
        swap(o);
        return *this;
    }
    ~Element() {
        if (counted())
            release();
    }
    void swap(Element& o) noexcept {
        std::swap(kind_, o.kind_);
        std::swap(link_, o.link_);
        std::swap(origin_, o.origin_);
        std::swap(bits_, o.bits_);
    }

    Kind kind() const { return kind_; }
    bool is(Kind k) const { return kind_ == k; }
    bool is_defined() const { return kind_ > Kind::null; }
    bool is_property() const { return kind_ >= Kind::boolean && kind_ <= Kind::string; }
    bool is_resource() const { return kind_ >= Kind::list; }
    bool is_number() const { return kind_ == Kind::long_ || kind_ == Kind::double_; }

    /// The value; a wrong kind is a bug.
    bool boolean() const { return boolean_; }
    int64_t long_value() const { return long_; }
    double double_value() const { return double_; }
    std::string_view string() const;
    const List& list() const;
    const Dict& dict() const;
    size_t size() const;                          ///< children; 0 for a property
    const Element& child(size_t position) const;  ///< of a list or a dict

    /// A string that is known to hold a path (type="link" in the XML).
    bool is_link() const { return link_; }
    void set_link(bool on) { link_ = on; }

    uint32_t origin() const { return origin_; }
    void set_origin(uint32_t o) { origin_ = o; }

    // ---- look-up
    const Element* find(Term) const;  ///< nullptr: no such child (also for a wrong kind of term)
    const Element* find(const Path&) const;
    const Element* find(
        std::string_view path) const;  ///< "/a/b"; a malformed path throws Error(65)

    // ---- value semantics: what is shared is copied first
    /// Put a value at a path. Missing containers are created: a dict when the next term is a key, a
    /// list when it is an index; lists are padded with undef. Error(65) when a property is in the
    /// way.
    void put(const Path&, Element value);
    void remove(const Path&);

    // ---- reference semantics: seen by everybody who shares the node. Not on frozen nodes (a bug).
    List& list_ref();
    Dict& dict_ref();
    bool same_node(const Element& o) const {
        return counted() && kind_ == o.kind_ && bits_ == o.bits_;
    }
    bool shared() const;  ///< more than one reference, or frozen
    bool frozen() const;
    /// Never to change again: readable from any thread. All the way down.
    void freeze();
    /// A copy that shares nothing with this one except texts and frozen nodes.
    Element clone() const;
    /// One level: a new list or dict with the same children.
    Element shallow() const;
    /// The address of the node, a name for it while it lives.
    const void* node() const { return counted() ? node_ : nullptr; }
    /// A name for the contents of a frozen list or dict that its owner gave it (0: none): two with
    /// the same mark are equal all the way down, origins included, and no mark is used twice in a
    /// process.
    uint32_t mark() const;
    void set_mark(uint32_t);  ///< before other threads can see it
    /// A child by position, frozen or not: to be replaced by an equal one only, before other
    /// threads can see it.
    Element& child_to_share(size_t);
    /// Nothing that is not frozen is referred to from two places: freezing it is seen by nobody.
    bool sole() const;

    /// Equal kind and value, all the way down; origins and link marks do not count. 1 is not 1.0.
    friend bool operator==(const Element& a, const Element& b);

private:
    struct Node {
        uint32_t refs = 1;
        bool frozen = false;  ///< then refs is counted atomically
        struct OfText;
        struct OfList;
        struct OfDict;
    };
    friend class List;
    friend class Dict;
    explicit Element(Kind k) : kind_(k), bits_(0) {}
    bool counted() const { return kind_ >= Kind::string; }
    void retain() const {
        if (node_->frozen)
            std::atomic_ref(node_->refs).fetch_add(1, std::memory_order_relaxed);
        else
            node_->refs++;
    }
    void release() {
        if (node_->frozen
                ? std::atomic_ref(node_->refs).fetch_sub(1, std::memory_order_acq_rel) == 1
                : --node_->refs == 0)
            destroy();
    }
    void destroy();
    void unshare();

    Kind kind_ = Kind::undef;
    bool link_ = false;
    uint32_t origin_ = 0;
    union {
        bool boolean_;
        int64_t long_;
        double double_;
        Node* node_;
        uint64_t bits_;
    };
};
static_assert(sizeof(Element) == 16);

/// Children by position.
class List {
public:
    size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    const Element& operator[](size_t i) const { return items_[i]; }
    Element& operator[](size_t i) { return items_[i]; }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    void push_back(Element e) { items_.push_back(std::move(e)); }
    void insert(size_t at, Element e) { items_.insert(items_.begin() + long(at), std::move(e)); }
    void erase(size_t at) { items_.erase(items_.begin() + long(at)); }
    void resize(size_t n) { items_.resize(n); }
    void reserve(size_t n) { items_.reserve(n); }
    /// -1 is the last; nothing when outside.
    std::optional<size_t> position(int32_t index) const;

private:
    friend class Element;
    std::vector<Element> items_;
    uint32_t mark_ = 0;
};

/// Children by key, in ascending byte order of the keys.
class Dict {
public:
    struct Entry {
        Key key;
        Element value;
    };
    size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    const Entry& operator[](size_t i) const { return entries_[i]; }
    Entry& operator[](size_t i) { return entries_[i]; }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    const Element* find(Key) const;
    Element* find(Key k) { return const_cast<Element*>(std::as_const(*this).find(k)); }
    /// The child, made as undef when missing.
    Element& at(Key);
    bool erase(Key);
    void reserve(size_t n) { entries_.reserve(n); }
    /// Counts additions and removals of keys: whoever iterates can tell that the keys changed.
    uint32_t changes() const { return changes_; }

private:
    friend class Element;
    size_t lower_bound(Key) const;
    std::vector<Entry> entries_;
    uint32_t mark_ = 0, changes_ = 0;
};

// ---- what is called everywhere

struct Element::Node::OfText : Node {
    size_t size = 0;
    char text[1];
};
struct Element::Node::OfList : Node {
    List list;
};
struct Element::Node::OfDict : Node {
    Dict dict;
};

inline std::string_view Element::string() const {
    auto* n = static_cast<const Node::OfText*>(node_);
    return {n->text, n->size};
}
inline const List& Element::list() const { return static_cast<const Node::OfList*>(node_)->list; }
inline const Dict& Element::dict() const { return static_cast<const Node::OfDict*>(node_)->dict; }
inline size_t Element::size() const {
    return kind_ == Kind::list ? list().size() : kind_ == Kind::dict ? dict().size() : 0;
}
inline const Element& Element::child(size_t i) const {
    return kind_ == Kind::dict ? dict()[i].value : list()[i];
}
inline bool Element::frozen() const { return !counted() || node_->frozen; }
inline uint32_t Element::mark() const {
    return kind_ == Kind::dict ? dict().mark_ : kind_ == Kind::list ? list().mark_ : 0;
}
inline Element& Element::child_to_share(size_t i) {
    return kind_ == Kind::dict ? static_cast<Node::OfDict*>(node_)->dict.entries_[i].value
                               : static_cast<Node::OfList*>(node_)->list.items_[i];
}

}  // namespace weft
