// The other side of spma-packager(5): running a packager.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "spm/plugin.hh"

namespace weft::spm {

class Packager {
public:
    /// By name (spma-NAME in libexec) or by absolute path. Error(78) naming the known ones when
    /// there is none.
    Packager(const std::string& name, PluginCall call, double timeout);

    const std::string& name() const { return name_; }
    Format format() const { return format_; }
    bool fetches() const { return has("fetches", "yes"); }  ///< takes operations without a file
    bool has(const std::string& capability, const std::string& value) const;

    std::vector<Installed> list() const;

    struct Outcome {
        int status = 0;
        std::string message;  ///< what it said when it failed
        std::vector<std::string> warnings;
        bool timed_out = false;
        bool ok() const { return status == 0; }
        /// Somebody else holds the package database, and nothing was done.
        bool locked() const { return status == exit_try_later && !timed_out; }
        /// Not by its own decision, nor for its time: what it ran may work on.
        bool killed() const { return status > 128 && !timed_out; }
    };
    /// `on_line`: each line it prints: begin N, done ACTION what, skip what, warning text
    Outcome apply(const std::vector<Operation>&, bool noaction,
                  const std::function<void(std::string_view)>& on_line) const;
    /// The lines it prints; none when all is as it was installed.
    std::vector<std::string> verify(const std::vector<std::string>& names) const;

private:
    std::vector<std::string> command(bool noaction = false) const;
    std::string name_, path_;
    PluginCall call_;
    double timeout_;
    Format format_ = Format::rpm;
    std::map<std::string, std::string> capabilities_;
};

}  // namespace weft::spm
