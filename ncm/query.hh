// What `ccm` answers beside showing a subtree: why, diff, history, verify.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/noun/element.hh"
#include "base/noun/path.hh"
#include "ncm/cache.hh"

namespace weft::ncm {

/// A property and where it was set; what differs between two profiles.
struct SetValue {
    Path path;
    Element value;
    std::string where;  ///< template, line and column; "" where nobody knows
};
struct ChangedValue {
    Path path;
    std::optional<Element> before, after;
    bool hidden = false;  ///< a secret: that it changed is all that is shown
};

/// For each property at or below `path` its value and the template line that set it. Error(1) when
/// the server sent no origins or the path does not exist.
std::vector<SetValue> set_values(const Configuration&, const std::string& path);
/// The same, a line each.
std::string why(const Configuration&, const std::string& path);

/// Each leaf at or below `path` that differs; empty: equal.
std::vector<ChangedValue> changed_values(const Configuration& before, const Configuration& after,
                                         const std::string& path);
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
