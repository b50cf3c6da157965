// What the two packagers of rpm share besides librpm.
#pragma once
#include <string>
#include <vector>

#include "spm/plugin.hh"

namespace weft::spm::rpm {

/// What `rpm -V` prints: nothing for a package that is as it was installed.
std::vector<std::string> verify(const PluginCall&, const std::vector<std::string>& names);

}  // namespace weft::spm::rpm
