// Bytes of records: little numbers small, texts with their length, keys whose byte order is their
// order.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cdb {

/// Appends.
class Encoder {
public:
    Encoder& number(uint64_t n);
    Encoder& text(std::string_view s) {
        number(s.size());
        bytes_.append(s);
        return *this;
    }
    Encoder& flag(bool b) {
        bytes_ += char(b);
        return *this;
    }
    std::string take() { return std::move(bytes_); }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// Takes apart; whatever does not fit is Error(74): the store is damaged.
class Decoder {
public:
    Decoder(std::string_view bytes, std::string_view what) : rest_(bytes), what_(what) {}
    uint64_t number();
    std::string text();
    bool flag();
    bool empty() const { return rest_.empty(); }

private:
    [[noreturn]] void damaged() const;
    std::string_view rest_, what_;
};

/// Eight bytes, biggest first: keys in the order of the numbers.
std::string number_key(uint64_t n);
/// Back; reads the last eight bytes of the key.
uint64_t key_number(std::string_view key);

/// A content's name: the 32 bytes of its SHA-256. Empty stands for "no file".
using Hash = std::string;
Hash hash_of(std::string_view text);
std::string to_hex(std::string_view bytes);
/// Nothing but an even number of hex digits; "" otherwise.
std::string from_hex(std::string_view hex);

}  // namespace weft::cdb
