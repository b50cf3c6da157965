// rpmvercmp() of librpmio.
#include "spm/wrap/rpmver.hh"

#include <rpm/rpmver.h>

namespace weft::spm::rpm {

int compare(const std::string& a, const std::string& b) { return rpmvercmp(a.c_str(), b.c_str()); }

}  // namespace weft::spm::rpm
