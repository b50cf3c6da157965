// The datagrams that wake a node: man/cdp.5.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cdb {

/// "ccm" NUL seconds: your profile changed.
std::string datagram(int64_t seconds);

/// "ccm2" NUL revision NUL seconds NUL nonce NUL mac: the same, with proof that it comes from us.
std::string signed_datagram(uint64_t revision, int64_t seconds, std::string_view nonce,
                            std::string_view key);

}  // namespace weft::cdb
