// Bytes on the wire.
#include "cdb/datagram.hh"

#include "base/wrap/digest.hh"

namespace weft::cdb {

std::string datagram(int64_t seconds) { return std::string("ccm\0", 4) + std::to_string(seconds); }

std::string signed_datagram(uint64_t revision, int64_t seconds, std::string_view nonce,
                            std::string_view key) {
    std::string d = "ccm2";
    d += '\0';
    d += std::to_string(revision);
    d += '\0';
    d += std::to_string(seconds);
    d += '\0';
    d += nonce;
    d += '\0';
    return d + hmac_sha256_hex(key, d);
}

}  // namespace weft::cdb
