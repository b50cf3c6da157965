// What a component changes is kept first, so that a failed run can be taken back.
#pragma once
#include <set>
#include <string>
#include <vector>

namespace weft::ncm {

/// Keep what is at `path` (a real path, links in front of it resolved) in the folder `dir`, unless
/// it is kept already: a file with mode, owner and time, a link, or the fact that there is nothing.
/// Folders are noted, not copied. On disk when it returns.
void keep_before_change(const std::string& dir, const std::string& path);

/// Put everything kept in `dir` back, the last first, and forget it. Answers the paths that
/// differed. What cannot be put back is told in `failures`, and stays kept.
std::vector<std::string> put_back(const std::string& dir, std::vector<std::string>& failures);

/// Forget what is kept: the run was good.
void forget_kept(const std::string& dir);

// ---- what a component changed before it could say what follows from that
//
// A file is written, the component dies, and nobody restarts the service: the next run finds the
// file as it should be. So each path is noted before it changes, and a run that finds a path its
// predecessor noted calls it changed.

/// Note in the journal `file` that `path` is about to change. On disk when it returns.
void note_change(const std::string& file, const std::string& path);
/// Note that the actions that follow from all changes so far were asked for.
void note_asked(const std::string& file);
/// At the start of a run: what its predecessors noted becomes "earlier", apart from what it will
/// note itself.
void begin_journal(const std::string& file);
/// The paths that earlier runs noted.
std::set<std::string> earlier_changes(const std::string& file);
/// After a run that failed: forget the paths whose actions it asked for, the others are "earlier"
/// for the next one.
void settle_journal(const std::string& file);
/// All that follows from the changes is known: forget them.
void end_journal(const std::string& file);

}  // namespace weft::ncm
