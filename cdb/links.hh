// Symbolic links in a tree of files: what they lead to is there under their names too.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace weft::cdb {

/// Adds to `files`, a map from path to anything, what the links lead to: a file, or all files below
/// a folder.
///   links    path of the link and what it says, as readlink() gives it
///   answers  a line for each link that is not followed: out of the tree, to nothing, in a circle.
///   Error(65) when too many files come out of it
std::vector<std::string> follow_links(std::map<std::string, std::string>& files,
                                      std::map<std::string, std::string> links);

}  // namespace weft::cdb
