// gzip of whole texts, by libdeflate.
#pragma once
#include <string>
#include <string_view>

namespace weft {

/// One gzip member without name or time, so that equal texts give equal bytes. Level 1 (fast) to 12
/// (small).
std::string gzip(std::string_view text, int level = 6);

/// All members, one after the other. Error(65) when it is no gzip, damaged, or larger than `limit`
/// bytes.
std::string gunzip(std::string_view bytes, size_t limit = size_t(256) << 20);

}  // namespace weft
