// A subtree as text, in each format that `ccm --format` has.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/element.hh"

namespace weft::ncm {

/// The text of the element at `path`. Formats: query ncmquery pan pancxml json jsonpretty yaml
/// tabcompletion; Error(64) for another.
std::string show(const Element&, const Path& path, std::string_view format);

/// A key as people write it: below packages and files of metaconfig, filecopy, download the escaped
/// names in braces, others as they are.
std::string shown_name(const Path& parent, const Term&);
/// The same for a whole path.
std::string shown_path(const Path&);

}  // namespace weft::ncm
