// The datagrams that wake a node: man/cdp.5.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cdb {

/// "ccm" NUL seconds: your profile changed.
std::string datagram(int64_t seconds);

/// "ccm2" NUL revision NUL seconds NUL nonce NUL mac: the same, with proof that it comes from us.
std::string signed_datagram(uint64_t revision, int64_t seconds, std::string_view nonce, std::string_view key);

/// HMAC-SHA-256 in lower-case hex (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace weft::cdb
