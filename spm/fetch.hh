// From the operations of a plan to files on this machine: cache, folders, repositories, proxies.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hh"
#include "spm/packager.hh"
#include "spm/settings.hh"
#include "spm/wrap/download.hh"

namespace weft::spm {

struct FetchResult {
    size_t wanted = 0;                ///< packages that need a file
    std::vector<std::string> failed;  ///< one sentence each
};

using Say = std::function<void(Level, const std::string&)>;

/// Gives each installation and replacement its `file`. A packager that fetches itself is left to it
/// where no URL is told.
FetchResult fetch_packages(const Settings&, const Packager&, std::vector<Operation>&, const Say&);

/// The path of an operation's file when its URL is a folder of this machine and the file is there;
/// else empty.
std::string local_file(const Operation&, Format);

/// The proxy of the settings, and the caches of head nodes that are asked before anybody else.
class Proxies {
public:
    Proxies(const Settings& s, Say say) : settings_(s), say_(std::move(say)) {}
    /// Send a download that way, unless it has a proxy of its own.
    void apply(Download&);

private:
    const Settings& settings_;
    Say say_;
    std::optional<std::string> host_;  ///< once one was chosen
};

/// A reverse proxy stands in for the host of the URL: "http://proxy:81/path".
std::string through_reverse_proxy(const std::string& url, const std::string& host, int port);
/// The first proxy that answers; the order begins elsewhere on each node when proxyrandom is set.
/// Empty: none does.
std::string choose_proxy(const Settings&, const Say&);

}  // namespace weft::spm
