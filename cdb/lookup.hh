// Where the names of templates lead in one tree: every folder's load path (loadpath(5)).
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.hh"
#include "cdb/tree_source.hh"
#include "compiler/reuse/load_path.hh"

namespace weft::cdb {

/// Never changed once made. Folders are as the compiler knows them, with '/' in front; files as the
/// tree spells them.
class Lookup {
public:
    /// The source has to show the tree.
    Lookup(std::shared_ptr<const Tree>, TreeSource&);

    /// The folders that count for the template in a file.
    const std::vector<std::string>& folders_of(std::string_view file) const;
    /// The file a name leads to along such folders; empty: none.
    std::string find(const std::vector<std::string>& folders, std::string_view name) const;
    /// The files whose own load path leads from this name to them; of several those that hold the
    /// object: one, when all is well. The source gives contents, whichever tree it shows.
    std::vector<std::string> files_of(const std::string& object, TreeSource&) const;
    /// The first of them; empty: none.
    std::string file_of(const std::string& object, TreeSource&) const;
    /// The files that a name with its ending leads to from somewhere, in order of paths.
    std::vector<std::string> anywhere(std::string_view file_name) const;
    /// Is the file below a folder of some load path?
    bool below_any(std::string_view file) const;
    /// A file that says a load path and is wrong. While there is one, nothing is compiled.
    const std::optional<Error>& error() const { return error_; }
    /// Do files lead to the same names in both?
    bool same_paths(const Lookup& other) const { return paths_ == other.paths_; }

private:
    std::shared_ptr<const Tree> tree_;
    std::map<std::string, std::vector<std::string>, std::less<>> paths_;   ///< by folder
    std::vector<std::vector<std::string>> all_;                            ///< each of them once
    std::unordered_multimap<std::string_view, const std::string*> files_;  ///< by their last step
    std::optional<Error> error_;
};

}  // namespace weft::cdb
