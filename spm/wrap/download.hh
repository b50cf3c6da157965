// Many files at once from http, https, ftp and file URLs: parallel, resumed where a try stopped,
// checked before they get their names. libcurl's multi interface; base/wrap/curl.hh has whole
// answers in memory, which is not for packages.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "spm/plan.hh"

namespace weft::spm {

struct Download {
    std::string url;
    std::string file;       ///< where it goes; until it is whole and good it is file + ".part"
    uint64_t size = 0;      ///< bytes; 0: not known
    std::string algorithm;  ///< of the checksum: "sha256"; empty: none is known
    std::string checksum;   ///< lower-case hex
    std::string ca_file, cert, key;
    std::string proxy;   ///< "http://host:port"; empty: none
    bool force = false;  ///< fetch even when the file is there and good
    std::vector<std::string> before =
        {};  ///< URLs that are tried first, without proxy or certificates; the checksum tells
    std::vector<FilePlace> after = {};  ///< places that are tried when `url` fails
};

struct DownloadLimits {
    long connections = 4;
    int tries = 3;  ///< of each file
    double connect_timeout = 10;
    double stall = 30;  ///< seconds with less than 100 bytes each
    uint64_t max_size = uint64_t(8) << 30;
};

/// Fetch all. Files that are there and have their checksum are not fetched again. Answers one line
/// for each that could not be had: "cannot get 'URL': why". Nothing incomplete ever has its final
/// name. Error(74) when it cannot be written.
///   progress   files finished so far, bytes fetched so far
std::vector<std::string> download(
    const std::vector<Download>&, const DownloadLimits&,
    const std::function<void(size_t files, uint64_t bytes)>& progress = {});

}  // namespace weft::spm
