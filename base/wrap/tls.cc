// OpenSSL: safe options once, and each of its error queues turned into one sentence.
#include "base/wrap/tls.hh"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "base/wrap/openssl.hh"

namespace weft {

std::string openssl::last_error(const char* otherwise) {
    unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code))
        return std::strerror(ERR_GET_REASON(code));
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    return reason ? reason : otherwise;
}

Error openssl::unusable(const char* what, const std::string& file) {
    return Error(exit_config, fmt::format("cannot use the {} '{}': {}", what, file, last_error()));
}

}  // namespace weft

namespace weft::tls {

using openssl::Bio, openssl::last_error, openssl::unusable;

struct Context::Impl {
    std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> ctx;
    bool server;
    std::string host;
};
struct Stream::Impl {
    std::shared_ptr<const Context::Impl> context;
    std::unique_ptr<SSL, Free<SSL_free>> ssl;
};

namespace {

std::string name_text(const X509_NAME* name) {
    Bio bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    long size = BIO_get_mem_data(bio.get(), &text);
    return {text, size_t(size)};
}

/// A string of a certificate; one with a NUL inside is a trick and counts as absent.
std::string asn1_text(const ASN1_STRING* s) {
    unsigned char* utf8 = nullptr;
    int size = ASN1_STRING_to_UTF8(&utf8, s);
    if (size < 0)
        return {};
    std::string text(reinterpret_cast<char*>(utf8), size_t(size));
    OPENSSL_free(utf8);
    return text.find('\0') == std::string::npos ? text : "";
}

std::string lower(std::string s) {
    for (char& c : s)
        if (c >= 'A' && c <= 'Z')
            c = char(c + 32);
    return s;
}

Identity identity_of(X509* x) {
    Identity id;
    X509_NAME* subject = X509_get_subject_name(x);
    id.subject = name_text(subject);
    id.issuer = name_text(X509_get_issuer_name(x));
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
        id.common_name = asn1_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); i++) {
        const GENERAL_NAME* n = sk_GENERAL_NAME_value(names.get(), i);
        if (n->type != GEN_DNS && n->type != GEN_EMAIL)
            continue;
        std::string text = asn1_text(n->d.ia5);
        if (text.empty())
            continue;
        if (n->type == GEN_DNS)
            id.dns.push_back(lower(text));
        else
            id.emails.push_back(text);
    }
    std::unique_ptr<BIGNUM, Free<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), nullptr));
    if (char* hex = number ? BN_bn2hex(number.get()) : nullptr) {
        id.serial = hex;
        OPENSSL_free(hex);
    }
    struct tm end {};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &end))
        id.not_after = timegm(&end);
    return id;
}

/// "h2" and the like are not spoken here.
int choose_alpn(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                unsigned int n, void*) {
    static const unsigned char http11[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, size, http11, sizeof http11 - 1, in, n) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// Who was revoked stays so when the list's time is over, or has not come by a clock that is
/// behind; all others are let in as before.
int take_lists_of_any_time(int ok, X509_STORE_CTX* x) {
    int e = X509_STORE_CTX_get_error(x);
    if (ok || (e != X509_V_ERR_CRL_HAS_EXPIRED && e != X509_V_ERR_CRL_NOT_YET_VALID))
        return ok;
    X509_STORE_CTX_set_error(x, X509_V_OK);
    return 1;
}

Context make(const Options& o, bool server) {
    auto impl = std::make_shared<Context::Impl>();
    impl->server = server;
    impl->host = o.host;
    ERR_clear_error();
    impl->ctx.reset(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
    SSL_CTX* ctx = impl->ctx.get();
    if (!ctx)
        throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx,
                            "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; all of 1.3's are good
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(
        ctx, 0);  // the dear part of a handshake, and nodes that poll seldom gain nothing
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ctx, 1);
    if (server)
        SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, nullptr);

    if (!o.cert_file.empty()) {
        if (SSL_CTX_use_certificate_chain_file(ctx, o.cert_file.c_str()) != 1)
            throw unusable("certificate", o.cert_file);
        const std::string& key = o.key_file.empty() ? o.cert_file : o.key_file;
        if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1)
            throw unusable("key", key);
        if (SSL_CTX_check_private_key(ctx) != 1)
            throw unusable("key", key);
    } else if (server) {
        throw Error(exit_config, "a TLS server needs a certificate", {},
                    "name cert_file and key_file");
    }

    if (!o.ca_file.empty() && SSL_CTX_load_verify_file(ctx, o.ca_file.c_str()) != 1)
        throw unusable("CA file", o.ca_file);
    if (!o.ca_dir.empty() && SSL_CTX_load_verify_dir(ctx, o.ca_dir.c_str()) != 1)
        throw unusable("CA folder", o.ca_dir);
    if (o.ca_file.empty() && o.ca_dir.empty() && o.verify != Verify::none) {
        if (server)
            throw Error(exit_config,
                        "no certificate authority is set, so that no client can be verified", {},
                        "set ca_file or ca_dir");
        SSL_CTX_set_default_verify_paths(ctx);
    }
    if (server && !o.ca_file.empty() && o.verify != Verify::none)
        SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(o.ca_file.c_str()));
    if (!o.crl_file.empty()) {
        X509_STORE* store = SSL_CTX_get_cert_store(ctx);
        X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        if (!lookup || X509_load_crl_file(lookup, o.crl_file.c_str(), X509_FILETYPE_PEM) < 1)
            throw unusable("revocation list", o.crl_file);
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    int verify = o.verify == Verify::none ? SSL_VERIFY_NONE : SSL_VERIFY_PEER;
    if (server && o.verify == Verify::required)
        verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx, verify, o.crl_file.empty() ? nullptr : take_lists_of_any_time);
    ERR_clear_error();
    return {std::move(impl)};
}

}  // namespace

bool Identity::is_host(std::string_view name) const {
    return std::find(dns.begin(), dns.end(), lower(std::string(name))) != dns.end();
}

Context Context::server(const Options& o) { return make(o, true); }
Context Context::client(const Options& o) { return make(o, false); }

Stream::Stream(const Context& c, int fd) : impl_(std::make_unique<Impl>()) {
    impl_->context = c.impl;
    impl_->ssl.reset(SSL_new(c.impl->ctx.get()));
    SSL* ssl = impl_->ssl.get();
    if (!ssl || SSL_set_fd(ssl, fd) != 1)
        throw std::bad_alloc();
    if (c.impl->server) {
        SSL_set_accept_state(ssl);
        return;
    }
    SSL_set_connect_state(ssl);
    if (c.impl->host.empty())
        return;
    SSL_set_tlsext_host_name(ssl, c.impl->host.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, c.impl->host.c_str());
}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Stream::Result Stream::result(int ret) {
    if (ret > 0)
        return done;
    SSL* ssl = impl_->ssl.get();
    switch (SSL_get_error(ssl, ret)) {
        case SSL_ERROR_WANT_READ: return want_read;
        case SSL_ERROR_WANT_WRITE: return want_write;
        case SSL_ERROR_ZERO_RETURN: return closed;
        case SSL_ERROR_SYSCALL:
            why_ = errno ? std::strerror(errno) : "the connection was cut";
            ERR_clear_error();
            return failed;
        default:
            long v = SSL_get_verify_result(ssl);
            why_ = last_error("TLS failed");
            if (v != X509_V_OK)
                why_ += fmt::format(": {}", X509_verify_cert_error_string(v));
            return failed;
    }
}

Stream::Result Stream::handshake() {
    ERR_clear_error();
    errno = 0;
    Result r = result(SSL_do_handshake(impl_->ssl.get()));
    if (r == closed)
        why_ = "closed by the peer";
    return r;
}

Stream::Result Stream::read(void* buf, size_t size, size_t& n) {
    ERR_clear_error();
    errno = 0;
    n = 0;
    return result(SSL_read_ex(impl_->ssl.get(), buf, size, &n));
}

Stream::Result Stream::write(const void* buf, size_t size, size_t& n) {
    ERR_clear_error();
    errno = 0;
    n = 0;
    return result(SSL_write_ex(impl_->ssl.get(), buf, size, &n));
}

Stream::Result Stream::shutdown() {
    ERR_clear_error();
    errno = 0;
    int ret = SSL_shutdown(impl_->ssl.get());
    return ret == 0 ? done
                    : result(ret);  // we have said it; whether the peer answers is its own affair
}

bool Stream::pending() const { return SSL_has_pending(impl_->ssl.get()); }

std::optional<Identity> Stream::peer() const {
    X509* x = SSL_get0_peer_certificate(impl_->ssl.get());
    if (!x || SSL_get_verify_result(impl_->ssl.get()) != X509_V_OK)
        return std::nullopt;
    return identity_of(x);
}

}  // namespace weft::tls
