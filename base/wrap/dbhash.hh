// One Berkeley DB hash file without environment: what Perl's DB_File reads and writes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

class HashFile {
public:
    /// Error(74) when it cannot be opened, Error(65) when it is no hash file.
    static HashFile open(const std::string& path);
    /// A new, empty file; one that is there is replaced.
    static HashFile create(const std::string& path);
    HashFile(HashFile&&) noexcept;
    ~HashFile();

    std::optional<std::string> get(std::string_view key) const;
    void put(std::string_view key, std::string_view value);
    void each(const std::function<void(std::string_view key, std::string_view value)>&) const;
    /// Write everything to disk; what goes wrong is thrown here, not lost in the destructor.
    void sync();

private:
    struct Impl;
    explicit HashFile(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft
