// Nettle's digests, met once.
#pragma once
#include <string>
#include <string_view>

namespace weft {

/// The MD5 sum as 32 lower-case hex digits at `out`.
void md5_hex(std::string_view text, char* out);

/// The digest in lower-case hex. Names in either case, with or without a dash (MD2, MD5, SHA1,
/// SHA-256,
/// ...); Error(65) for an unknown one.
std::string digest_hex(const std::string& algorithm, std::string_view text);

/// The digest of a whole file, read piece by piece. Error(74) when it cannot be read.
std::string file_digest_hex(const std::string& algorithm, const std::string& path);

/// HMAC-SHA-256 (RFC 2104) in lower-case hex.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace weft
