// The node's profile cache, written: a new profile beside the old ones, then one rename makes it
// current.
#pragma once
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hh"
#include "ncm/cache.hh"
#include "ncm/ccmconf.hh"

namespace weft::ncm {

/// A downloaded profile and where it is from.
struct Download {
    std::string body;       ///< as downloaded, decoded
    std::string url;        ///< the configured (primary) URL
    std::string from;       ///< the URL that answered
    std::string etag;       ///< of the primary URL; empty when it gave none
    long revision = 0;      ///< of the configuration database; 0: the server gave none
    time_t modified = 0;    ///< the server's Last-Modified, 0: it gave none
    std::string signature;  ///< of body and name, verified; empty: nobody asked for one
    time_t signed_at = 0;
    std::optional<std::string> origins;
};

/// Make the cache's folders and small files where they are missing, and put their modes right.
void make_cache(const std::string& root, const Readability&);

/// Write a profile into the cache and make it the current one. A kill at any moment leaves the old
/// profile current or the new one, both whole; when anything fails, nothing has changed. The caller
/// holds fetch.lock. Answers the new configuration id. Secrets of the profile (secrets.hh) get a
/// file of their own unless told not to.
int store_profile(const std::string& root, const Element& tree, const Download&,
                  const std::string& dbformat, const Readability&, bool tabcompletion,
                  bool secrets_apart = true);

/// Make the newest stored profile the current one, unless an older one is pinned or the cache is
/// locked.
void activate(const std::string& root, int cid, const Readability&);

/// Remember what the server said about the stored body, for the next conditional request. Done
/// last.
void remember_download(const std::string& root, const Download&, const Readability&);

/// Who set this body's server tag; empty when none is remembered.
std::string remembered_etag(const std::string& root, const std::string& url);

/// Activate an older cached profile and keep it until released: fetches go on, current.cid stays.
void pin(const CacheManager&, int cid);
/// The newest fetched profile is current again.
void unpin(const CacheManager&);
std::optional<int> pinned(const std::string& root);

struct PurgeResult {
    int profiles = 0, bodies = 0;
};
/// Remove profiles nobody needs: older than the keep_old before the current one, not in use, not
/// young.
PurgeResult purge(const CacheManager&, long keep_old, double purge_time, const Log&, bool noaction);

/// What the cache's note about a profile says (the file `fetched`).
struct FetchNote {
    std::string from, etag;
    long revision = 0;
    time_t signed_at = 0;  ///< 0: its signature was not asked for
};
FetchNote fetch_note(const std::string& profile_dir);

/// Every path of a tree, one a line, resources with a '/' at the end.
std::string completion_list(const Element&);

}  // namespace weft::ncm
