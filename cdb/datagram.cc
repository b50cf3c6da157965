// Bytes on the wire.
#include "cdb/datagram.hh"

#include <fmt/core.h>

#include "cdb/codec.hh"

namespace weft::cdb {

std::string datagram(int64_t seconds) { return std::string("ccm\0", 4) + std::to_string(seconds); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::string k = key.size() > 64 ? hash_of(key) : std::string(key);
    k.resize(64);
    std::string inner = k, outer = k;
    for (char& c : inner) c = char(c ^ 0x36);
    for (char& c : outer) c = char(c ^ 0x5c);
    return to_hex(hash_of(outer + hash_of(inner + std::string(text))));
}

std::string signed_datagram(uint64_t revision, int64_t seconds, std::string_view nonce, std::string_view key) {
    std::string d = "ccm2";
    d += '\0';
    d += std::to_string(revision);
    d += '\0';
    d += std::to_string(seconds);
    d += '\0';
    d += nonce;
    d += '\0';
    return d + hmac_sha256(key, d);
}

}  // namespace weft::cdb
