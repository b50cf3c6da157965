// Packages of compiled profiles against repositories, before any node sees the profile.
#pragma once
#include <string>
#include <vector>

#include "spm/repository.hh"

namespace weft::spm {

/// What the profile in `file` (XML or JSON) asks for and its own repositories do not have, and what
/// does not hold together, one line each: "FILE: ntp-4.3-1.x86_64: no repository has it; 'base'
/// has 4.2-1". Indexes are kept below statedir, apart from the node's own, and shared by profiles.
class Checker {
public:
    Checker(const Settings&, Format, Say);
    ~Checker();
    std::vector<std::string> check(const std::string& file);
    /// An installation of everything that the profile's node needs, dependencies included when the
    /// policy adds them, with where to get it. What nobody has is left out: check() tells it.
    std::vector<Operation> needed(const std::string& file);

private:
    struct Known;
    /// The wanted packages and the repositories of a profile; no packages: nothing is wanted.
    std::pair<std::vector<Package>, Known*> read(const std::string& file);
    const Settings& settings_;
    Format format_;
    Say say_;
    std::vector<std::string> groups_;  ///< of the profile read last
    std::map<std::string, std::unique_ptr<Known>>
        known_;  ///< by the text of /software/repositories
};

}  // namespace weft::spm
