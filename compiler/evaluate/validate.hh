// Checking a finished tree, or one value, against types (pan-language 5.5, 7.5).
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "compiler/evaluate/object.hh"
#include "compiler/reuse/sharing.hh"

namespace weft::compiler {

class Validator {
public:
    explicit Validator(Object& o) : object_(o), eval_(o.eval()) {}
    /// The first undef or null of the tree is an error.
    void complete(const Element& root);
    void binding(const Binding&, const Element* e);
    /// Throws TemplateError (validation) at the first failure.
    void check(const FullType&, const Element&);
    void check(const TypeSpec&, const Element&);

private:
    [[noreturn]] void fail(std::string message, const Span& type, const Element*,
                           std::string hint = {}, const TypeSpec* = nullptr);
    void add_types(TemplateError&) const;
    std::vector<Error::Frame> values(const Element&, std::string_view said,
                                     std::span<const Where> places, bool always) const;
    void check_really(const FullType&, const Element&);
    bool check_rest(const FullType&, const Element&);
    void check_with(const FullType&, const Element&);
    void basic(const TypeSpec&, const Element&);
    void range(const TypeSpec&, const Element&);
    void record(const TypeSpec&, const Element&, bool included);
    void link(const TypeSpec&, const Element&);
    [[noreturn]] void missing(const Field&, const Element& in);
    void collect(const TypeSpec&, std::vector<Key>&) const;
    void walk(const Element&);
    size_t rest_complete(const Sharing::Kin&);

    Object& object_;
    Eval& eval_;
    std::vector<Term> path_;
    struct Step {
        const Template* in;
        uint32_t symbol;
        Span span;
    };
    std::vector<Step> aliases_;     ///< types on the way, outermost first
    const Template* in_ = nullptr;  ///< whose text the current type stands in
    const Binding* binding_ = nullptr;
    int links_ = 0;
    size_t seen_ = 0;
};

}  // namespace weft::compiler
