// librpm, met here alone: the installed packages, and one transaction of installations,
// replacements and erasures.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "spm/plugin.hh"

namespace weft::spm::rpm {

/// Reads rpm's configuration, once a process, and says where the database is.
void configure(const PluginCall&);
bool has_database(const PluginCall&);
/// Has the database changed since the file was written, or is there no such file?
bool newer_than(const PluginCall&, const std::string& file);

/// Returns when nobody changes the package database; Error(75) when that takes two minutes.
void wait_unlocked(const PluginCall&);

/// Public keys, which rpm keeps as packages, are left out. No database: nothing is installed.
std::vector<Installed> list(const PluginCall&);

/// Why this file is not that package. Empty: it is, by its header.
std::string why_not(const PluginCall&, const std::string& file, const Package&);

/// Why the package is not signed by one of the keys (files of binary packets; none: the keys in the
/// database). Empty: it is.
std::string why_not_signed(const PluginCall&, const std::string& file,
                           const std::vector<std::string>& keys);

/// One transaction. What is done already (by an interrupted run) is skipped. Nothing was changed
/// when it throws Error(65) for a package file or a set that does not hold together; Error(1) means
/// that scripts or files failed on the way.
///   done   gets "done ACTION name-evr.arch" and "warning text" lines as it goes
void apply(const PluginCall&, const std::vector<Operation>&,
           const std::function<void(const std::string&)>& done);

}  // namespace weft::spm::rpm
