// What a template says about itself: its declarations with the annotations before them.
#pragma once
#include <string>

#include "compiler/text/ast.hh"

namespace weft::compiler {

/// As pan-annotations writes them: see pan-annotations(1).
std::string annotations_xml(const Template&);
std::string annotations_json(const Template&);

/// The annotations before something as text for people: the entries called desc, then the others as
/// "key: value", one a line.
std::string annotation_text(const Template&, Annotated);

}  // namespace weft::compiler
