// What each user of OpenSSL needs: memory as its I/O, and its error queue as one sentence. For
// base/wrap/*.cc only.
#pragma once
#include <openssl/bio.h>

#include <memory>
#include <string>

#include "base/error.hh"
#include "base/wrap/free.hh"

namespace weft::openssl {

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

/// The oldest entry of the error queue, which is emptied; `otherwise` when it has nothing to say.
std::string last_error(const char* otherwise = "not understood");

/// A file of the settings that OpenSSL cannot use, and why. Exit status 78.
Error unusable(const char* what, const std::string& file);

}  // namespace weft::openssl
