// Public keys of repositories, and the signatures they are for.
#pragma once
#include <string>
#include <vector>

#include "spm/fetch.hh"

namespace weft::spm {

/// Keys as files of binary OpenPGP packets, ready for gpgv and rpm. Each URL is fetched into `dir`
/// with the certificates and the proxy of `like`, or through the site's forward proxy; what cannot
/// be had is used as it was fetched last. Error(65) for a key that is none, and for a URL that
/// proves nothing (only file and https do); Error(69) for one that cannot be had.
std::vector<std::string> obtain_keys(const std::vector<std::string>& urls, const std::string& dir,
                                     const Download& like, Proxies&);

/// Error(65) unless `signature` is one of `file` by one of the keys. `name` is what messages call
/// it.
void check_detached(const std::vector<std::string>& keys, const std::string& file,
                    const std::string& signature, const std::string& name);
/// The text inside a clear-signed file, under the same conditions.
std::string check_clear(const std::vector<std::string>& keys, const std::string& file,
                        const std::string& name);

}  // namespace weft::spm
