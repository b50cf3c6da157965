// One run of ccm-fetch: ask the server, keep what is new, never lose what is good.
#pragma once
#include <string>

#include "base/log.hh"
#include "base/noun/element.hh"
#include "ncm/ccmconf.hh"

namespace weft::ncm {

/// Exit statuses of ccm-fetch, those of the historic one.
enum FetchStatus {
    fetch_ok = 0,        ///< stored, or nothing new
    fetch_error = 1,     ///< someone must look: usage, configuration
    fetch_network = 2,   ///< it may work later: server, certificate, damaged profile, full disk
    fetch_disabled = 3,  ///< /etc/noquattor
};

struct FetchResult {
    bool changed = false;
    int cid = 0;  ///< the newest profile
};

/// Fetch the profile and make it current. Error(78) for what must be configured differently; every
/// other Error leaves the cache as it was.
///   foreign   another node's profile, in a cache of its own: no failover, only the newest is kept
FetchResult fetch(const Settings&, bool foreign, const Log&);

/// Can the profile's server be reached, any of them? Nothing is stored. Error(69) when not.
void reach(const Settings&);

/// The element tree of a downloaded body; its format by the URL's ending, compressed or not.
Element parse_profile(std::string_view body, const std::string& url, bool json_typed);

}  // namespace weft::ncm
