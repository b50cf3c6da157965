// Children: an argument vector, a time limit, captured output; never a shell string.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hh"

namespace weft {

struct ProcessOptions {
    std::string input;    ///< given on standard input
    double timeout = 60;  ///< seconds; then TERM, two seconds later KILL, to the whole group
    size_t output_limit =
        16 << 20;     ///< bytes of each stream that are kept; the rest is read and dropped
    std::string dir;  ///< working folder; empty: ours
    std::map<std::string, std::string> env;  ///< added to (or changed in) our environment
    bool clean_env = false;                  ///< start from PATH and HOME=/ only
    bool die_with_parent = false;  ///< killed when the thread that started it ends, however it ends
    int umask = -1;                ///< of the child; negative: ours
    struct Limit {
        int resource;
        unsigned long most;
    };
    std::vector<Limit> limits;  ///< RLIMIT_...
    bool merge = false;         ///< standard error goes where standard output goes
    std::function<void(std::string_view line)>
        on_line;  ///< each line of standard output as it comes
    std::function<void(std::string_view line)> on_error_line;
};

struct ProcessResult {
    int status = -1;  ///< exit status; 128 + signal when killed by one
    bool timed_out = false;
    bool truncated = false;  ///< more than output_limit came
    std::string out, err;
    bool ok() const { return status == 0 && !timed_out; }
};

/// Run a program (searched in PATH) and wait for it. Error(69) when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& = {});

// ---- the parts, for run_process and Loop::child ------------------------------

/// A child just started, leader of its own process group, and our ends of its pipes.
struct Spawned {
    pid_t pid = 0;
    Fd in, out, err;
};
Spawned spawn_process(const std::vector<std::string>& argv, const ProcessOptions&);

/// One captured stream: kept text, and the unfinished last line for whoever listens line by line.
struct Capture {
    Fd fd;
    std::string& kept;
    const std::function<void(std::string_view)>& on_line;
    std::string partial;

    /// Read once; false at the end.
    bool take(size_t limit, bool& truncated);
};

/// As a shell gives it: the exit status, or 128 + the signal.
int exit_status(int wait_status);

}  // namespace weft
