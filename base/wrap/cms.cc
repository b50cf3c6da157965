// OpenSSL's CMS: who signs is named by the key, so that a renewed certificate with the same key
// changes nothing.
#include "base/wrap/cms.hh"

#include <fmt/core.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <new>

#include "base/file.hh"
#include "base/wrap/openssl.hh"

namespace weft {

using openssl::Bio, openssl::last_error, openssl::unusable;

namespace {

using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Message = std::unique_ptr<CMS_ContentInfo, Free<CMS_ContentInfo_free>>;

struct FreeCertificates {
    void operator()(STACK_OF(X509) * s) const { sk_X509_pop_free(s, X509_free); }
};

Bio reading(std::string_view text) {
    Bio bio(BIO_new_mem_buf(text.data(), int(text.size())));
    if (!bio)
        throw std::bad_alloc();
    return bio;
}

std::string settings_file(const char* what, const std::string& file) {
    try {
        return read_file(file, 1 << 20);
    } catch (const Error& e) {
        throw Error(exit_config, fmt::format("cannot use the {}: {}", what, e.message));
    }
}

int no_password(char*, int, int, void*) { return 0; }  // nobody is there to type one

Error bad(std::string_view why) {
    return Error(exit_data, fmt::format("the signature is not good: {}", why));
}

}  // namespace

struct Signer::State {
    Certificate certificate;
    std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key;
};

Signer::Signer(const std::string& cert_file, const std::string& key_file)
    : state_(std::make_unique<State>()) {
    ERR_clear_error();
    std::string cert = settings_file("certificate", cert_file),
                key = settings_file("key", key_file);
    state_->certificate.reset(
        PEM_read_bio_X509(reading(cert).get(), nullptr, no_password, nullptr));
    if (!state_->certificate)
        throw unusable("certificate", cert_file);
    state_->key.reset(PEM_read_bio_PrivateKey(reading(key).get(), nullptr, no_password, nullptr));
    if (!state_->key || !X509_check_private_key(state_->certificate.get(), state_->key.get()))
        throw unusable("key", key_file);
}
Signer::~Signer() = default;

std::string Signer::sign(std::string_view text) const {
    unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOCERTS;
    if (X509_get0_subject_key_id(state_->certificate.get()))
        flags |= CMS_USE_KEYID;
    ERR_clear_error();
    Message message(CMS_sign(state_->certificate.get(), state_->key.get(), nullptr,
                             reading(text).get(), flags));
    Bio out(BIO_new(BIO_s_mem()));
    if (!message || !out || i2d_CMS_bio(out.get(), message.get()) != 1)
        throw Error(exit_software, fmt::format("cannot sign: {}", last_error()));
    char* der = nullptr;
    long size = BIO_get_mem_data(out.get(), &der);
    return {der, size_t(size)};
}

int64_t signature_time(std::string_view text, std::string_view signature,
                       const std::string& signers_file) {
    ERR_clear_error();
    std::unique_ptr<STACK_OF(X509), FreeCertificates> signers(sk_X509_new_null());
    if (!signers)
        throw std::bad_alloc();
    const std::string pem = settings_file("signers' certificates", signers_file);
    Bio in = reading(pem);
    while (Certificate c{PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr)}) {
        if (!sk_X509_push(signers.get(), c.get()))
            throw std::bad_alloc();
        (void)c.release();  // the stack's now
    }
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!ended || sk_X509_num(signers.get()) == 0)
        throw unusable("signers' certificates", signers_file);
    ERR_clear_error();

    Message message(d2i_CMS_bio(reading(signature).get(), nullptr));
    if (!message || OBJ_obj2nid(CMS_get0_type(message.get())) != NID_pkcs7_signed)
        throw bad("it is none");
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(message.get());
    if (sk_CMS_SignerInfo_num(infos) != 1)
        throw bad("it must have one signer");
    // Whom to believe is what our file says: no certificate of the message, no authority.
    unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
    if (CMS_verify(message.get(), signers.get(), nullptr, reading(text).get(), nullptr, flags) !=
        1) {
        bool stranger = ERR_GET_REASON(ERR_peek_error()) == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND;
        std::string why = last_error();
        throw bad(stranger ? fmt::format("its signer is none of those in '{}'", signers_file)
                           : why);
    }
    CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, 0);
    X509_ATTRIBUTE* attribute =
        CMS_signed_get_attr(info, CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1));
    ASN1_TYPE* value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
    struct tm t {};
    bool time = value && (value->type == V_ASN1_UTCTIME || value->type == V_ASN1_GENERALIZEDTIME);
    if (!time || !ASN1_TIME_to_tm(value->type == V_ASN1_UTCTIME ? value->value.utctime
                                                                : value->value.generalizedtime,
                                  &t))
        throw bad("it does not say when it was made");
    return timegm(&t);
}

}  // namespace weft
