// Files from templates of the Template Toolkit, as Quattor's metaconfig has them.
#pragma once
#include <string>

#include "ncm/component.hh"

namespace weft::ncm {

/// Is there such a template below /usr/share/templates/quattor/metaconfig? A module is
/// "chrony/main", with or without
/// ".tt"; nothing outside that folder is one.
bool is_template(const Run&, const std::string& module);

/// Its text with the contents, which are converted with Convert::typed. Perl's own Template does
/// it, in a child: Error(69) when that is not installed, Error(65) with its words when the template
/// fails.
std::string render_template(Run&, const std::string& module, const Element& contents);

}  // namespace weft::ncm
