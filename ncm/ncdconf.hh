// The settings of ncd (man/ncd.8), which cdispd reads as well: it looks at the same folders.
#pragma once
#include <string>
#include <vector>

#include "ncm/runner.hh"
#include "ncm/settings.hh"

namespace weft::ncm {

extern const std::vector<Setting> ncd_settings;

/// Of --cfgfile, which must exist, or /etc/ncm-ncd.conf if there is one.
Settings read_ncd_settings(const Args&);

/// Where they say components are.
ComponentPlaces component_places(const Settings&);

/// Where ccm.conf says the cache is.
std::string cache_root_of(const Args&);

}  // namespace weft::ncm
