// OpenSSL's digests, met once.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace weft {

/// Many small MD5 sums in a row.
class Md5 {
public:
    Md5();
    ~Md5();
    /// 32 lower-case hex digits at `out`.
    void hex(std::string_view text, char* out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The digest in lower-case hex. Names as OpenSSL knows them (MD5, SHA1, SHA256, ...); Error(65) for an
/// unknown one.
std::string digest_hex(const std::string& algorithm, std::string_view text);

/// The digest of a whole file, read piece by piece. Error(74) when it cannot be read.
std::string file_digest_hex(const std::string& algorithm, const std::string& path);

/// HMAC-SHA-256 (RFC 2104) in lower-case hex.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace weft
