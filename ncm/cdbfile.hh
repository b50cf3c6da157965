// The constant database: a file of key-value pairs written once and read by mmap (man/ccm-cache.5).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::ncm {

/// Collects pairs and gives the whole file: 32-bit little-endian offsets, 256 hash tables.
class CdbWriter {
public:
    CdbWriter();
    void add(std::string_view key, std::string_view value);
    /// The file's bytes; nothing may be added afterwards. Error(65) above 4 GB.
    std::string finish();

private:
    struct Slot {
        uint32_t hash, at;
    };
    void put32(uint32_t);
    std::string out_;
    std::vector<Slot> slots_;
};

/// A file mapped into memory; stays readable when the file is replaced or removed.
class Mapped {
public:
    explicit Mapped(const std::string& path);
    Mapped(Mapped&& o) noexcept : data_(o.data_), size_(o.size_) {
        o.data_ = nullptr;
        o.size_ = 0;
    }
    ~Mapped();
    std::string_view view() const { return {data_, size_}; }

private:
    const char* data_ = nullptr;
    size_t size_ = 0;
};

/// Looks pairs up. Views are valid as long as this lives. A damaged file is Error(65), never a
/// crash.
class CdbReader {
public:
    explicit CdbReader(const std::string& path);
    std::optional<std::string_view> get(std::string_view key) const;
    void each(const std::function<void(std::string_view key, std::string_view value)>&) const;

private:
    uint32_t get32(size_t at) const;
    std::string_view bytes(size_t at, size_t n) const;
    std::string path_;
    Mapped file_;
};

}  // namespace weft::ncm
