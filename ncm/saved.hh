// What a component changes is kept first, so that a failed run can be taken back.
#pragma once
#include <string>
#include <vector>

namespace weft::ncm {

/// Keep what is at `path` (a real path, links in front of it resolved) in the folder `dir`, unless it is kept
/// already: a file with mode, owner and time, a link, or the fact that there is nothing. Folders are noted, not
/// copied. On disk when it returns.
void keep_before_change(const std::string& dir, const std::string& path);

/// Put everything kept in `dir` back, the last first, and forget it. Answers the paths that differed.
/// What cannot be put back is told in `failures`, and stays kept.
std::vector<std::string> put_back(const std::string& dir, std::vector<std::string>& failures);

/// Forget what is kept: the run was good.
void forget_kept(const std::string& dir);

}  // namespace weft::ncm
