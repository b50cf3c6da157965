// Detached signatures in the Cryptographic Message Syntax (RFC 5652), which `openssl cms` makes and
// verifies too.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

/// Somebody who signs: a certificate and its key. From any thread.
class Signer {
public:
    /// PEM files; Error(78) naming the one that cannot be used.
    Signer(const std::string& cert_file, const std::string& key_file);
    ~Signer();
    /// The signature with its time, in DER; the certificate is not in it.
    std::string sign(std::string_view text) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// When the text was signed, in seconds since the epoch. What counts are the certificates of
/// `signers_file` (PEM, one or more), nothing that the signature brings: not who issued them, nor
/// until when they are good.
///   throws   Error(65) unless the signature is of one of them, fits the text and tells its time;
///            Error(78) when the file cannot be used
int64_t signature_time(std::string_view text, std::string_view signature,
                       const std::string& signers_file);

}  // namespace weft
