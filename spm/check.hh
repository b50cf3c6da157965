// Packages of compiled profiles against repositories, before any node sees the profile.
#pragma once
#include <string>
#include <vector>

#include "spm/repository.hh"

namespace weft::spm {

/// What the profile in `file` (XML or JSON) asks for and its own repositories do not have, and what does not hold
/// together, one line each: "FILE: ntp-4.3-1.x86_64: no repository has it; 'base' has 4.2-1". Indexes are kept below
/// statedir and shared by profiles.
class Checker {
public:
    Checker(const Settings&, Format, Say);
    ~Checker();
    std::vector<std::string> check(const std::string& file);

private:
    struct Known;
    const Settings& settings_;
    Format format_;
    Say say_;
    std::map<std::string, std::unique_ptr<Known>> known_;  ///< by the text of /software/repositories
};

}  // namespace weft::spm
