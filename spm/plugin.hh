// What every packager of ours is: a program with four verbs, spma-packager(5), around one struct of
// functions.
#pragma once
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/program.hh"
#include "spm/plan.hh"

namespace weft::spm {

/// The operation file: one operation a line, fields of a package as in the target, "-" for an empty
/// one.
std::string operations_text(const std::vector<Operation>&);
/// Error(65) with the line for what is none. Reasons and directions are not in the file.
std::vector<Operation> parse_operations(std::string_view text, const std::string& file);

/// The answer of `list`: "name version release arch [essential] [broken] [unfinished] [held]" a
/// line.
std::string installed_text(const std::vector<Installed>&);
std::vector<Installed> parse_installed(std::string_view text, const std::string& from);

struct PluginCall {
    std::string root;    ///< "" or the folder that is the system
    std::string dbpath;  ///< of the package database; "" as the system has it
    bool checksig = false;
    bool noaction = false;  ///< only test
    double timeout = 3600;  ///< seconds for programs that are run
    /// How long to wait for somebody else who changes packages, in seconds.
    double lock_wait() const { return std::min(120.0, timeout); }
};

struct Plugin {
    const char* name;
    const char* usage;
    const char* about;
    const char* capabilities;  ///< lines "word value", see spma-packager(5)
    std::function<std::vector<Installed>(const PluginCall&)> list;
    /// Carry out; tell each finished operation by done(). Error when it could not; Error(75) when
    /// somebody else holds the package database, and nothing was done. No operations: finish what
    /// is half installed.
    std::function<void(const PluginCall&, const std::vector<Operation>&,
                       const std::function<void(const std::string& line)>& done)>
        apply;
    /// Lines that say what is not as it was installed; none: all is.
    std::function<std::vector<std::string>(const PluginCall&,
                                           const std::vector<std::string>& names)>
        verify;
};

/// main() of a packager.
int plugin_main(const Plugin&, int argc, char** argv);

}  // namespace weft::spm
