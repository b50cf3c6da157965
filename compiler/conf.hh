// panc.conf: options of panc that a site, or a user, sets once.
#pragma once
#include <string>
#include <vector>

#include "base/program.hh"

namespace weft::compiler {

/// What /etc/panc.conf (below --root) and ~/.panc.conf say, as words of a command line to be read
/// before those `given`: without the options that are given, under whatever name. Nothing with
/// --noconf.
///   throws     Error(78) for a line that is no NAME=VALUE, and for an unknown name
std::vector<std::string> conf_words(const Args& given);

}  // namespace weft::compiler
