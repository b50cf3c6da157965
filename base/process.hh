// Children: an argument vector, a time limit, captured output; never a shell string.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weft {

struct ProcessOptions {
    std::string input;                         ///< given on standard input
    double timeout = 60;                       ///< seconds; then TERM, two seconds later KILL, to the whole group
    size_t output_limit = 16 << 20;            ///< bytes of each stream that are kept; the rest is read and dropped
    std::string dir;                           ///< working folder; empty: ours
    std::map<std::string, std::string> env;    ///< added to (or changed in) our environment
    bool clean_env = false;                    ///< start from PATH and HOME=/ only
    bool merge = false;                        ///< standard error goes where standard output goes
    std::function<void(std::string_view line)> on_line;  ///< each line of standard output as it comes
    std::function<void(std::string_view line)> on_error_line;
};

struct ProcessResult {
    int status = -1;           ///< exit status; 128 + signal when killed by one
    bool timed_out = false;
    bool truncated = false;    ///< more than output_limit came
    std::string out, err;
    bool ok() const { return status == 0 && !timed_out; }
};

/// Run a program (searched in PATH) and wait for it. Error(69) when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& = {});

}  // namespace weft
