// TLS by OpenSSL, met here once: contexts with safe options, a stream on a non-blocking descriptor,
// and who the peer is, as a value.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::tls {

/// Who a verified certificate says the peer is.
struct Identity {
    std::string subject;              ///< RFC 2253: "CN=lxb001.example.org,O=Site,C=CH"
    std::string common_name;          ///< the last CN of the subject; "" when there is none
    std::vector<std::string> dns;     ///< subjectAltName DNS names, lower case
    std::vector<std::string> emails;  ///< subjectAltName mail addresses
    std::string issuer;
    std::string serial;     ///< upper case hexadecimal
    int64_t not_after = 0;  ///< seconds since the epoch

    /// Is this host's name one of `dns`? The CN is no host name, and "*.example.org" is no host:
    /// one stolen certificate must not be a whole domain.
    bool is_host(std::string_view name) const;
    bool operator==(const Identity&) const = default;
};

enum class Verify { none, optional, required };

struct Options {
    std::string cert_file{},
        key_file{};  ///< PEM; the certificate's chain may follow it. A server needs both
    std::string ca_file{},
        ca_dir{};  ///< who is trusted to name peers; both empty: the system's list (client)
    std::string
        crl_file{};  ///< PEM; when set, every certificate must be covered by a list and not on it.
                     ///< A list whose time is over still counts, and locks nobody else out
    Verify verify = Verify::required;  ///< of the peer's certificate
    std::string host{};                ///< client: the name the server's certificate must carry
};

/// Everything a connection needs to know in advance; cheap to copy, never changed: make a new one
/// to reload. TLS 1.2 and later, no compression, no renegotiation, no session cache or tickets,
/// HTTP/1.1 by ALPN.
class Context {
public:
    /// Error(78) naming the file that cannot be used, and why.
    static Context server(const Options&);
    static Context client(const Options&);

    struct Impl;
    std::shared_ptr<const Impl> impl;
};

/// A TLS connection on a socket. Nothing here waits: `want_*` says what to wait for.
class Stream {
public:
    enum Result { done, want_read, want_write, closed, failed };

    Stream(const Context&, int fd);
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    Result handshake();
    /// `n` gets how many bytes came (done), or 0.
    Result read(void* buf, size_t size, size_t& n);
    /// After want_*, call again with the same bytes (they may have moved, and there may be more).
    Result write(const void* buf, size_t size, size_t& n);
    Result shutdown();

    /// Bytes already decrypted: the descriptor will not become readable for them.
    bool pending() const;
    /// The verified peer; nothing when it showed no certificate.
    std::optional<Identity> peer() const;
    /// Why it failed, as text.
    const std::string& why() const { return why_; }

private:
    Result result(int ret);
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::string why_;
};

}  // namespace weft::tls
