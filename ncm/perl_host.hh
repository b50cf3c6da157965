// The adaptor of Perl components, loaded once for a whole run: each component is a fork of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/process.hh"

namespace weft::ncm {

/// `ncm-component-perl --serve`. What it cannot do is answered with nothing: then the caller starts
/// the adaptor for that component alone, which says why.
class PerlHost {
public:
    ///   argv      the adaptor and its options
    ///   noaction  for modules that look while they are loaded
    PerlHost(const std::vector<std::string>& argv, bool noaction);
    ~PerlHost();
    PerlHost(const PerlHost&) = delete;

    /// What the module says to `describe`.
    std::optional<std::string> describe(const std::string& module);
    /// A run of the module, as spawn_process would start it: our child, in a process group of its
    /// own.
    std::optional<Spawned> start(const std::string& module, const std::string& verb,
                                 const ProcessOptions&);

private:
    bool ask(const std::vector<std::string>& words);
    std::optional<std::string> line_from(int fd);
    Spawned host_;
    bool usable_ = true;
};

}  // namespace weft::ncm
