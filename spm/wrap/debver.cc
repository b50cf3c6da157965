// debVS of libapt-pkg. Its comparison is a virtual function, so that the object is all there is to
// look up.
#include "spm/wrap/debver.hh"

#include <apt-pkg/debversion.h>
#include <apt-pkg/macros.h>
#include <dlfcn.h>
#include <fmt/core.h>

#include "base/error.hh"

namespace weft::spm::deb {

static pkgVersioningSystem& order() {
    static pkgVersioningSystem* const it = [] {
        // The version whose header this was built with.
        std::string library = fmt::format("libapt-pkg.so.{}.{}", APT_PKG_MAJOR, APT_PKG_MINOR);
        void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
        void* found = handle ? dlsym(handle, "debVS") : nullptr;
        if (!found)
            throw Error(
                exit_config,
                fmt::format("versions of Debian packages cannot be compared without '{}'", library),
                {}, fmt::format("install libapt-pkg{}.{}", APT_PKG_MAJOR, APT_PKG_MINOR));
        return static_cast<pkgVersioningSystem*>(static_cast<debVersioningSystem*>(found));
    }();
    return *it;
}

int compare(std::string_view a, std::string_view b) {
    // It looks at the character before the end, which an empty version has not.
    if (a.empty())
        a = "0";
    if (b.empty())
        b = "0";
    return order().DoCmpVersion(a.data(), a.data() + a.size(), b.data(), b.data() + b.size());
}

}  // namespace weft::spm::deb
