// What the two packagers of Debian share: the installed packages as dpkg knows them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hh"
#include "spm/plugin.hh"

namespace weft::spm::dpkg {

/// Packages that are installed, or half so (broken). Configuration files that were left behind are
/// no package.
std::vector<Installed> list(const PluginCall&);

/// Is all that dpkg did merged into its status file? Not while it runs, or after it was killed.
bool settled(const PluginCall&);

/// The files in which dpkg says what is installed, what was said last at the end.
std::vector<std::string> status_files(const PluginCall&);
/// The architectures that dpkg installs, the machine's own first.
std::vector<std::string> architectures(const PluginCall&);

/// The lock of everybody who runs dpkg; waits for who has it, and for a dpkg that outlived who
/// started it. Error(75) when that takes two minutes.
Fd lock(const PluginCall&);

/// Why this file is not that package. Empty: it is, by its control file.
std::string why_not(const PluginCall&, const std::string& file, const Package&);

/// What a program that runs dpkg needs: nobody to ask, tools in the path.
ProcessOptions options(const PluginCall&);
/// dpkg, with the root and the options that answer its questions.
std::vector<std::string> command(const PluginCall&);
/// A scratch root without a database gets an empty one.
void prepare(const PluginCall&);

/// "2:1.0-3" -> version "2:1.0", release "3"; no dash, no release.
void split_version(std::string_view evr, Package&);

/// Changed files of installed packages, by their checksums; packages that are half installed.
std::vector<std::string> verify(const PluginCall&, const std::vector<std::string>& names);

}  // namespace weft::spm::dpkg
