// What `ccm` answers beside showing a subtree: why, diff, history, verify.
#pragma once
#include <string>
#include <vector>

#include "ncm/cache.hh"

namespace weft::ncm {

/// One line for each property at or below `path`: its value and the template line that set it.
/// Error(1) when the server sent no origins or the path does not exist.
std::string why(const Configuration&, const std::string& path);

/// Lines "- path = value" and "+ path = value" for each leaf at or below `path` that differs;
/// empty: equal.
std::string diff(const Configuration& before, const Configuration& after, const std::string& path);

/// One line a cached profile, newest first.
std::string history(const CacheManager&);

/// What is wrong with a cached profile: checksums, numbering, and that it says what the downloaded
/// body says.
std::vector<std::string> verify(const Configuration&, bool json_typed);

/// Both databases as text.
std::string dump(const Configuration&);

}  // namespace weft::ncm
