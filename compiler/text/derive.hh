// Derivation as the compilers of 2002 printed it: which templates had a hand in each element, and
// in which order elements were made (pan-language 11.4). Only in that dialect; origins of elements
// are then numbers of entries here.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/noun/element.hh"
#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

class Derive {
public:
    /// A template has been loaded: sets are printed in the order of this.
    void loaded(const Template*);
    /// The element stands at a place where `old` stood, put there by code in this template.
    void put(Element& e, const Element& old, const Template*);
    /// The element becomes a child in code of this template.
    void placed(Element& e, const Template*);
    /// The element comes out of this template, whatever it was before.
    void made(Element& e, const std::vector<const Template*>&);
    void made(Element& e, const Template* t) { made(e, std::vector{t}); }
    /// The root has them all.
    void whole(Element& root);
    std::vector<Result::Derivation> result() const;

private:
    struct Entry {
        std::vector<uint32_t> templates;  ///< ascending
        uint32_t created = 0;
    };
    uint32_t add(std::vector<uint32_t> templates, uint32_t created);
    static void join(std::vector<uint32_t>& into, const std::vector<uint32_t>& more);

    std::vector<Entry> entries_ = std::vector<Entry>(1);
    std::unordered_map<const Template*, uint32_t> order_;
    std::vector<std::string> names_;
    uint32_t next_ = 1;
};

}  // namespace weft::compiler
