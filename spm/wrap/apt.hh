// libapt-pkg, met here alone: the installed packages as apt sees them, and what apt would do to
// carry operations out. Only spma-apt is linked with it. Its configuration is one a process: the
// first call's root stays.
#pragma once
#include <string>
#include <vector>

#include "spm/plugin.hh"

namespace weft::spm::apt {

/// Options as apt-get's -o takes them, "Name=value": whoever runs apt-get gives it the same ones.
std::vector<std::string> options(const PluginCall&);
/// A file for APT_CONFIG, so that a root of its own has a configuration of its own; empty for the
/// system's.
std::string configuration(const PluginCall&);

/// What is installed, read from dpkg's status by apt: for it, the package apt is essential too.
std::vector<Installed> list(const PluginCall&);

/// What apt would do.
struct Outcome {
    struct Change {
        bool goes;
        Package package;
    };
    std::vector<Change> changes;        ///< a package that is replaced only comes
    std::vector<std::string> problems;  ///< not empty: it cannot be done, for these reasons
};

/// apt's resolution of these operations, in this process; nothing is changed. Versions are taken as
/// they are asked for, older ones too; recommended packages are not added. Error(65) when sources
/// or a package file cannot be read.
Outcome resolve(const PluginCall&, const std::vector<Operation>&);

}  // namespace weft::spm::apt
