// OpenSSL's lists of revoked certificates.
#include "base/wrap/crl.hh"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/free.hh"
#include "base/wrap/openssl.hh"

namespace weft::tls {

static std::string revoked_issuer(const X509_NAME* name) {
    openssl::Bio bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    long size = BIO_get_mem_data(bio.get(), &text);
    return {text, size_t(size)};
}

Revoked Revoked::read(const std::string& file, const std::string& ca_file) {
    std::string lists = read_file(file, 64 << 20), authorities = read_file(ca_file, 16 << 20);
    using Certificate = std::unique_ptr<X509, Free<X509_free>>;
    std::vector<Certificate> cas;
    openssl::Bio ca(BIO_new_mem_buf(authorities.data(), int(authorities.size())));
    while (X509* x = PEM_read_bio_X509(ca.get(), nullptr, nullptr, nullptr))
        cas.emplace_back(x);
    Revoked out;
    openssl::Bio in(BIO_new_mem_buf(lists.data(), int(lists.size())));
    size_t n = 0;
    while (X509_CRL* raw = PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr)) {
        std::unique_ptr<X509_CRL, Free<X509_CRL_free>> list(raw);
        n++;
        bool ours = false;
        for (auto& c : cas)
            ours |= X509_NAME_cmp(X509_get_subject_name(c.get()), X509_CRL_get_issuer(raw)) == 0 &&
                    X509_CRL_verify(raw, X509_get0_pubkey(c.get())) == 1;
        std::string issuer = revoked_issuer(X509_CRL_get_issuer(raw));
        if (!ours)
            throw Error(exit_config,
                        fmt::format("the revocation list of '{}' in '{}' is not signed by it",
                                    issuer, file),
                        {}, fmt::format("its certificate belongs in '{}'", ca_file));
        struct tm end {};
        const ASN1_TIME* next = X509_CRL_get0_nextUpdate(raw);
        if (next && ASN1_TIME_to_tm(next, &end)) {
            int64_t at = timegm(&end);
            out.next_ = out.next_ ? std::min(out.next_, at) : at;
        }
        STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(raw);
        for (int i = 0; i < sk_X509_REVOKED_num(revoked); i++) {
            std::unique_ptr<BIGNUM, Free<BN_free>> number(ASN1_INTEGER_to_BN(
                X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i)), nullptr));
            char* hex = number ? BN_bn2hex(number.get()) : nullptr;
            if (!hex)
                throw std::bad_alloc();
            out.all_.emplace(issuer, hex);
            OPENSSL_free(hex);
        }
    }
    ERR_clear_error();
    if (!n)
        throw openssl::unusable("revocation list", file);
    return out;
}

}  // namespace weft::tls
