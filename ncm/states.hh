// The state folder: which components are pending and which failed, one file each (ncd(8), FILES).
#pragma once
#include <ctime>
#include <string>
#include <vector>

namespace weft::ncm {

/// A file named after the component: empty while it is to be done, absent when it is done, else
/// what went wrong. Scripts and monitoring look at it.
class States {
public:
    explicit States(std::string dir);
    void pending(const std::string& name) const;
    void done(const std::string& name) const;
    void failed(const std::string& name, const std::string& message) const;

    struct Entry {
        std::string name, message;
        time_t when;
    };
    /// Everything not done, by name; an empty message: pending.
    std::vector<Entry> all() const;

private:
    void put(const std::string& name, const std::string& text) const;
    std::string dir_;
};

}  // namespace weft::ncm
