// Paths as Pan texts write them: absolute, relative, or in another object's tree.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"
#include "compiler/compile.hh"

namespace weft::compiler {

struct PanPath {
    enum Kind : uint8_t { absolute, relative, external } kind = absolute;
    std::string object;  ///< external: whose tree
    std::vector<Term> terms;
    std::string text() const;
};

/// Throws EvalFailure saying what is wrong. The v8 dialects also read //obj/path.
PanPath parse_path(std::string_view text, Dialect = Dialect::current);

/// "/a/b/0"
std::string path_text(const std::vector<Term>&, size_t count = SIZE_MAX);

/// a/b.c: terms of letters, digits, '_', '.', '+', '-', none empty or beginning with a dot.
bool valid_template_name(std::string_view);
/// The stricter rule of include: the first character is a letter, a digit or '_'.
bool valid_include_name(std::string_view);

/// The term for a subscript (long or string); EvalFailure when it is neither or out of range.
Term subscript(const Element&);

/// Steps down to what is there: nullptr when a step does not exist. An index on a dict or a key on
/// a list is an EvalFailure.
const Element* look_up(const Element& from, const Term* first, const Term* last);

/// Put a value at the place below, making what is missing, with the replacement rule (a value is
/// only replaced by one of its own type); EvalFailure otherwise. What is shared is copied on the
/// way. Returns the place.
Element* place_at(Element& root, const Term* first, const Term* last);
/// To delete where there is nothing does nothing, but not in a property, nor before the beginning
/// of a list: throws.
void check_nothing(const Element& from, const Term* first, const Term* last);
/// May `value` take the place of `old`? EvalFailure if not.
void check_replacement(const Element& old, const Element& value);
void remove_at(Element& root, const Term* first, const Term* last);

/// Give the container at e (a dict or list, or nothing yet) a child place for this term.
Element* child_place(Element& e, Term t);
/// e can be changed in place afterwards: what is shared with others is copied, one level.
void make_own(Element& e);
/// The same with a child that may be changed where it is; a constant is never, its holder gets a
/// copy.
void make_child_own(Element& e);
/// The children of a variable's list or dict, which another is about to hold as well: changed here,
/// changed there.
void own_children(const Element&);

/// Length in UTF-16 units, as Pan counts characters.
int64_t utf16_count(std::string_view);
/// Order by UTF-16 units: negative, zero, positive.
int compare_utf16(std::string_view a, std::string_view b);

}  // namespace weft::compiler
