// Downloads by spma-fetch(8), so that only a run that fetches loads what speaks http, TLS and ftp.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "spm/wrap/download.hh"

namespace weft::spm {

/// As download(), in a process of its own.
std::vector<std::string> fetch_files(
    const std::vector<Download>&, const DownloadLimits&,
    const std::function<void(size_t files, uint64_t bytes)>& progress = {});
/// Does anybody answer http there, whatever the answer?
bool answers(const std::string& url);

/// What the two processes say to each other: downloads and limits as JSON.
std::string downloads_json(const std::vector<Download>&, const DownloadLimits&);
std::vector<Download> parse_downloads(std::string_view text, DownloadLimits&);

}  // namespace weft::spm
