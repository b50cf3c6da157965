// Nettle's digests: they need no set-up, so that a program starts no later for being able to sum.
#include "base/wrap/digest.hh"

#include <fcntl.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"

namespace weft {
namespace {

void hex(const uint8_t* bytes, size_t n, char* out) {
    static constexpr char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

const uint8_t* bytes(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

/// A sum in the making.
class Sum {
public:
    explicit Sum(const std::string& algorithm) {
        // SHA-1 and sha1 are one; SHA3-256 is sha3_256 and SHA-512/256 is sha512_256 here.
        std::string name;
        for (char c : algorithm)
            if (c == '/' || (c == '-' && name == "sha3"))
                name += '_';
            else if (c != '-')
                name += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
        hash_ = name == "sha512_224"   ? &nettle_sha512_224
                : name == "sha512_256" ? &nettle_sha512_256
                                       : nettle_lookup_hash(name.c_str());
        if (!hash_)
            throw Error(exit_data, "there is no digest '" + algorithm + "'");
        state_ = std::make_unique<std::max_align_t[]>(
            hash_->context_size / sizeof(std::max_align_t) + 1);
        hash_->init(state_.get());
    }
    void add(std::string_view text) { hash_->update(state_.get(), text.size(), bytes(text)); }
    std::string end() {
        std::vector<uint8_t> sum(hash_->digest_size);
        hash_->digest(state_.get(), sum.size(), sum.data());
        std::string out(2 * sum.size(), '0');
        hex(sum.data(), sum.size(), out.data());
        return out;
    }

private:
    const nettle_hash* hash_;
    std::unique_ptr<std::max_align_t[]> state_;
};

}  // namespace

void md5_hex(std::string_view text, char* out) {
    md5_ctx c;
    uint8_t sum[MD5_DIGEST_SIZE];
    md5_init(&c);
    md5_update(&c, text.size(), bytes(text));
    md5_digest(&c, sizeof sum, sum);
    hex(sum, sizeof sum, out);
}

std::string digest_hex(const std::string& algorithm, std::string_view text) {
    Sum s(algorithm);
    s.add(text);
    return s.end();
}

std::string file_digest_hex(const std::string& algorithm, const std::string& path) {
    Sum s(algorithm);
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        throw system_error("cannot open '" + path + "'");
    std::string piece(1 << 18, '\0');
    for (ssize_t got; (got = ::read(fd.get(), piece.data(), piece.size())) != 0;) {
        if (got < 0)
            throw system_error("cannot read '" + path + "'");
        s.add({piece.data(), size_t(got)});
    }
    return s.end();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    hmac_sha256_ctx c;
    uint8_t sum[SHA256_DIGEST_SIZE];
    hmac_sha256_set_key(&c, key.size(), bytes(key));
    hmac_sha256_update(&c, text.size(), bytes(text));
    hmac_sha256_digest(&c, sizeof sum, sum);
    std::string out(2 * sizeof sum, '0');
    hex(sum, sizeof sum, out.data());
    return out;
}

}  // namespace weft
