// rpm's own order of versions, met here alone so that who only compares does not load the rpm
// database.
#pragma once
#include <string>

namespace weft::spm::rpm {

/// Negative, 0 or positive: rpmvercmp() of one version or release, `~` and `^` included.
int compare(const std::string& a, const std::string& b);

}  // namespace weft::spm::rpm
