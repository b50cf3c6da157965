// Debian's order of versions as libapt-pkg has it, loaded when the first Debian version is
// compared: a node with rpm has no such library, and needs none.
#pragma once
#include <string_view>

namespace weft::spm::deb {

/// Negative, 0 or positive: debVS.CmpVersion() of two "[epoch:]version[-revision]". Error(78) where
/// there is no libapt-pkg.
int compare(std::string_view a, std::string_view b);

}  // namespace weft::spm::deb
