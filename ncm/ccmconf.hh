// ccm.conf: where the profile comes from and how the cache is kept (man/ccm.conf.5).
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/wrap/curl.hh"
#include "ncm/settings.hh"

namespace weft::ncm {

extern const std::vector<Setting> ccm_settings;

/// The settings of /etc/ccm.conf, /usr/etc/ccm.conf or $EDG_LOCATION/etc/ccm.conf, the first there
/// is, or of --cfgfile, which must exist; the command line wins over the file.
Settings read_ccm_settings(const Args&);

/// The profile's URLs, the primary first; Error(78) without one or when one has characters a URL of
/// ours cannot have.
std::vector<std::string> profile_urls(const Settings&);

/// What a client of the profile server needs: certificates, time-outs.
HttpOptions http_options(const Settings&);

/// Who may read the cache: modes, and the group when there is one.
struct Readability {
    mode_t dir = 0700, file = 0600;
    std::optional<gid_t> group;
};
Readability readability(const Settings&);

/// The short host name in lower case, and the domain after it (may be empty).
std::pair<std::string, std::string> host_and_domain();

}  // namespace weft::ncm
