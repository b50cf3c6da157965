// Equal lists and dicts become one: what is the same in many profiles is kept, checked and written once.
#pragma once
#include <vector>

#include "base/noun/element.hh"

namespace weft::compiler {

/// The lists and dicts one thread has seen lately, by contents. Each has a mark (Element::mark): equal marks mean
/// equal contents, whoever made them.
class Sharing {
public:
    /// Freezes the value and puts, for each list and dict in it, the one seen before in its place.
    void share(Element&);
    /// Gives each list and dict in a frozen value a mark of its own: for constants, which several threads will see.
    static void mark(Element&);
    /// It stands in a template, and is nobody's own.
    static bool constant(const Element&);
    /// Of two properties, or values with marks: the same, all the way down, origins included.
    static bool alike(const Element& a, const Element& b);
    /// There are marks for many more builds. In a process that has used them up no value gets one.
    static bool possible();

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
    void visit(Element&, int level);
    // What was not met again while `now` filled up goes with `before`.
    Table now_, before_;
};

}  // namespace weft::compiler
