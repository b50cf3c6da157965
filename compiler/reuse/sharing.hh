// Equal lists and dicts become one: what is the same in many profiles is kept, checked and written
// once.
#pragma once
#include <vector>

#include "base/noun/element.hh"

namespace weft::compiler {

/// The lists and dicts one thread has seen lately, by contents. Each has a mark (Element::mark):
/// equal marks mean equal contents, whoever made them.
class Sharing {
public:
    /// Freezes the value and puts, for each list and dict in it, the one seen before in its place.
    void share(Element&);
    /// Gives each list and dict in a frozen value a mark of its own: for constants, which several
    /// threads will see.
    static void mark(Element&);
    /// Is it a constant of a template, shared by all threads?
    static bool constant(const Element&);
    /// Of two properties, or values with marks: the same, all the way down, origins included.
    static bool alike(const Element& a, const Element& b);
    /// There are marks for many more builds. In a process that has used them up no value gets one.
    static bool possible();

    /// A large list or dict, of the same kind and size as another that got its mark lately: but for
    /// the children [first, last) it has the same as that one.
    struct Kin {
        uint32_t mark = 0;
        size_t first = 0, last = 0;
        Element like;
    };
    /// nullptr: nothing like it is known.
    const Kin* kin(const Element& e) const {
        const Kin& k = kin_[e.mark() % kin_.size()];
        return k.mark && k.mark == e.mark() ? &k : nullptr;
    }

private:
    struct Slot {
        uint64_t hash = 0;
        Element element;
    };
    struct Table {
        std::vector<Slot> slots;
        size_t used = 0, weight = 0;
        Slot* find(uint64_t hash, const Element&);
        void add(uint64_t hash, const Element&);
    };
    /// The last one of its name and size, and the hash of it.
    struct Last {
        Element element;
        uint64_t hash = 0;
    };
    void visit(Element&, int level, uint64_t name);
    std::vector<Last> last_ = std::vector<Last>(256);
    std::vector<Kin> kin_ = std::vector<Kin>(256);
    // What was not met again while `now` filled up goes with `before`.
    Table now_, before_;
};

}  // namespace weft::compiler
