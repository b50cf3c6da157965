// What messages say beyond the fact: the place underlined, the near name, where something was said
// before.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

/// What a span holds, in one line of at most 80 bytes.
std::string source_part(const Template&, const Span&);
Where where_of(const Template*, const Span&);

/// A line of the trace that shows its source line too: "it was set at site/a.pan:3:1".
Error::Frame shown_frame(const Template*, const Span&, std::string what);

/// Of a value only the beginning of its token is known: what to underline in its line, up to the
/// end of the token or, when a statement begins there, of the statement.
Where widened(Where, std::string_view line);

/// The place of a character within a string literal as it stands in its line; the whole literal
/// when that cannot be told.
Span literal_part(const Expr& literal, std::string_view line, int offset);

/// "did you mean 'b'?", empty when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

/// Why there is no such child: the nearest key, the keys there are, or how long the list is. Empty
/// for a property.
std::string about_child(std::string_view of, const Element& parent, Term);

/// Why there is nothing at a path below root: the path with its misspelt step put right, or what
/// there is where it ends.
std::string about_path(const Element& root, const std::vector<Term>&);

}  // namespace weft::compiler
