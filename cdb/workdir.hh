// A folder of templates on this machine, and what differs between it and a revision.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cdb/records.hh"

namespace weft::cdb {

struct WorkdirOptions {
    std::string prefix;                     ///< the folder of the database it stands for; "": the root
    std::vector<std::string> exclude;       ///< patterns of paths (below the folder) that are not looked at
    bool all = false;                       ///< every file that is not hidden, not only .pan and .tpl
    std::optional<std::string> load_path;   ///< the text of the load path file, when it is to be set
};

/// The files of the folder by their path in the database. Symbolic links to files are followed, to folders
/// are not. Error(74).
std::map<std::string, std::string> read_workdir(const std::string& dir, const WorkdirOptions&);

/// What makes the revision's files those of the folder. Files the options do not look at stay as they are.
///   keep   no file is removed
std::vector<Edit> differences(const std::map<std::string, std::string>& folder, const Tree& tree, const WorkdirOptions&, bool keep);

/// The lines of an include-path list (a file's, or of -I options) as a load path file below a prefix.
std::string load_path_text(const std::vector<std::string>& dirs, const std::string& prefix);

/// The revision a folder was last in step with: kept in its file ".cdb-revision"; nothing when it never was.
std::optional<uint64_t> workdir_revision(const std::string& dir);
void set_workdir_revision(const std::string& dir, uint64_t revision);

/// {"changes": [...], and what else is given, as raw JSON by key}.
std::string change_body(const std::vector<Edit>&, const std::vector<std::pair<std::string, std::string>>& more);

}  // namespace weft::cdb
