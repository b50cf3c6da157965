// What survives a kill: the journal of the run under way, and the history of those that are over.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spm/plan.hh"

namespace weft::spm {

/// Operations that were begun. The file is there from before the packager starts until after it has
/// ended.
class Journal {
public:
    explicit Journal(std::string dir) : path_(std::move(dir) + "/journal") {}
    /// The operations of a run that never ended; nothing when the last one did.
    std::optional<std::vector<Operation>> unfinished() const;
    void begin(const std::vector<Operation>&) const;
    void end() const;

private:
    std::string path_;
};

/// One run that changed something.
struct Run {
    int number = 0;
    long time = 0;  ///< when it ended
    int status = 0;
    std::string note;  ///< "apply", "rollback 3", with the reason that overrode the guards
    std::vector<Package> before, after;
    std::vector<Package> managed;  ///< what was ours before
};

class History {
public:
    explicit History(std::string dir) : dir_(std::move(dir) + "/history") {}
    /// Oldest first.
    std::vector<int> numbers() const;
    Run read(int number) const;  ///< Error(65), or Error(1) when there is no such run
    /// Written under the next number; of more than 30 the oldest go.
    int add(const Run&) const;

private:
    std::string dir_;
};

/// Where the files of installed packages came from, so that they can be had again.
class Origins {
public:
    explicit Origins(std::string dir) : path_(std::move(dir) + "/origins") {}
    void add(const std::vector<Operation>&) const;
    /// Gives operations without a URL the one their package came from last time.
    void fill(std::vector<Operation>&) const;

private:
    std::map<std::string, std::string> read() const;
    std::string path_;
};

}  // namespace weft::spm
