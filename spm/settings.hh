// The settings of spma: /etc/spma.conf, and options of the same names that go before it.
#pragma once
#include <string>
#include <vector>

#include "base/config.hh"
#include "base/program.hh"
#include "spm/plan.hh"

namespace weft::spm {

struct Settings {
    std::string packager, targetconf, spmlist, cachedir, dbpath, packager_root, logfile,
        repositories, statedir, dependencies, lockfile;
    bool localcache, checksig, noaction, ignorelock, forcelock, proxyrandom, quiet, verbose;
    std::vector<std::string> arches;  ///< of packages; none: this machine's
    std::string proxytype;            ///< "" none, forward, reverse
    std::vector<std::string> proxyhost;
    std::vector<std::string> headcache;
    int proxyport;
    long retries;
    double timeout, apply_timeout;
    size_t cachelimit;
    long connections, max_age, refresh;
    Policy policy;  ///< but for format and sources
};

/// The rows of the table as options of the command line.
std::vector<Option> setting_options();
/// Paths are below --root already. Error(78) or (64) for what cannot be, as userprio without
/// userpkgs.
Settings read_settings(const Args&);

}  // namespace weft::spm
