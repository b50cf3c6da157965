// EVP contexts are kept, so that a sum costs no more than its arithmetic.
#include "base/wrap/digest.hh"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fcntl.h>
#include <unistd.h>

#include <new>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/free.hh"

namespace weft {

using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Algorithm = std::unique_ptr<EVP_MD, Free<EVP_MD_free>>;

static void hex(const unsigned char* bytes, size_t n, char* out) {
    static constexpr char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

struct Md5::State {
    Algorithm algorithm{EVP_MD_fetch(nullptr, "MD5", nullptr)};
    Context context{EVP_MD_CTX_new()};
};

Md5::Md5() : state_(std::make_unique<State>()) {
    if (!state_->context) throw std::bad_alloc();
    // A machine that forbids MD5 altogether cannot have a profile cache.
    if (!state_->algorithm || !EVP_DigestInit_ex2(state_->context.get(), state_->algorithm.get(), nullptr))
        throw Error(exit_config, "this machine's OpenSSL offers no MD5, which profile checksums are made of");
}

Md5::~Md5() = default;

void Md5::hex(std::string_view text, char* out) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_MD_CTX* c = state_->context.get();
    if (!EVP_DigestInit_ex2(c, nullptr, nullptr) || !EVP_DigestUpdate(c, text.data(), text.size()) ||
        !EVP_DigestFinal_ex(c, sum, &n))
        throw Error(exit_software, "OpenSSL cannot compute MD5");
    weft::hex(sum, n, out);
}

std::string digest_hex(const std::string& algorithm, std::string_view text) {
    Algorithm a(EVP_MD_fetch(nullptr, algorithm.c_str(), nullptr));
    if (!a) throw Error(exit_data, "there is no digest '" + algorithm + "'");
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!EVP_Digest(text.data(), text.size(), sum, &n, a.get(), nullptr))
        throw Error(exit_software, "OpenSSL cannot compute " + algorithm);
    std::string out(2 * n, '0');
    hex(sum, n, out.data());
    return out;
}

std::string file_digest_hex(const std::string& algorithm, const std::string& path) {
    Algorithm a(EVP_MD_fetch(nullptr, algorithm.c_str(), nullptr));
    if (!a) throw Error(exit_data, "there is no digest '" + algorithm + "'");
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw system_error("cannot open '" + path + "'");
    Context c(EVP_MD_CTX_new());
    if (!c) throw std::bad_alloc();
    bool good = EVP_DigestInit_ex2(c.get(), a.get(), nullptr);
    std::string piece(1 << 18, '\0');
    for (ssize_t got; good && (got = ::read(fd.get(), piece.data(), piece.size())) != 0;) {
        if (got < 0) throw system_error("cannot read '" + path + "'");
        good = EVP_DigestUpdate(c.get(), piece.data(), size_t(got));
    }
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!good || !EVP_DigestFinal_ex(c.get(), sum, &n)) throw Error(exit_software, "OpenSSL cannot compute " + algorithm);
    std::string out(2 * n, '0');
    hex(sum, n, out.data());
    return out;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!HMAC(EVP_sha256(), key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), sum, &n))
        throw Error(exit_software, "OpenSSL cannot compute an HMAC");
    std::string out(2 * n, '0');
    hex(sum, n, out.data());
    return out;
}

}  // namespace weft
