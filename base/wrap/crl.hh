// A list of revoked certificates, as a value.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "base/wrap/tls.hh"

namespace weft::tls {

class Revoked {
public:
    Revoked() = default;
    /// PEM, one list or several, each signed by a certificate of `ca_file`. Error(78) for anything
    /// else. A list whose time is over still counts: who was revoked stays so.
    static Revoked read(const std::string& file, const std::string& ca_file);

    bool holds(const Identity& id) const { return all_.contains({id.issuer, id.serial}); }
    size_t size() const { return all_.size(); }
    /// When the next list should be there, seconds since the epoch; 0: not said.
    int64_t next() const { return next_; }

private:
    std::set<std::pair<std::string, std::string>>
        all_;  ///< issuer and serial, as Identity has them
    int64_t next_ = 0;
};

}  // namespace weft::tls
