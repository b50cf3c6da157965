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
    std::string prefix;  ///< the folder of the database it stands for; "": the root
    std::vector<std::string>
        exclude;       ///< patterns of paths (below the folder) that are not looked at
    bool all = false;  ///< every file that is not hidden, not only .pan and .tpl
    std::optional<std::string> load_path;  ///< the text of the load path file, when it is to be set
};

/// The files of the folder by their path in the database. What symbolic
/// links lead to is there under their names too (cdb/links.hh). Error(74).
///   left_out   a line for each link that is not followed
std::map<std::string, std::string> read_workdir(const std::string& dir, const WorkdirOptions&,
                                                std::vector<std::string>* left_out = nullptr);

/// Is this path of the database one of those the folder stands for?
bool counts(const std::string& path, const WorkdirOptions&);

/// What makes the revision's files those of the folder. Files the options do not look at stay as
/// they are.
///   keep   no file is removed
std::vector<Edit> differences(const std::map<std::string, std::string>& folder, const Tree& tree,
                              const WorkdirOptions&, bool keep);

/// The lines of an include-path list (a file's, or of -I options) as a load path file below a
/// prefix.
std::string load_path_text(const std::vector<std::string>& dirs, const std::string& prefix);

/// What a folder remembers of its last commit, in its file ".cdb-folder": the revision it was in
/// step with, and which of its files count.
struct WorkdirState {
    uint64_t revision = 0;
    std::string prefix;
    std::vector<std::string> exclude;
    bool all = false;
};
/// Nothing when it was never committed.
std::optional<WorkdirState> workdir_state(const std::string& dir);
void set_workdir_state(const std::string& dir, const WorkdirState&);

/// {"changes": [...], and what else is given, as raw JSON by key}.
std::string change_body(const std::vector<Edit>&,
                        const std::vector<std::pair<std::string, std::string>>& more);

}  // namespace weft::cdb
