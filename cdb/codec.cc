// Varints, lengths, big-endian keys and content names.
#include "cdb/codec.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "base/wrap/digest.hh"

namespace weft::cdb {

Encoder& Encoder::number(uint64_t n) {
    for (; n >= 0x80; n >>= 7)
        bytes_ += char(n | 0x80);
    bytes_ += char(n);
    return *this;
}

void Decoder::damaged() const {
    throw Error(exit_io, fmt::format("damaged record: {}", what_), {},
                "'cdb verify' says how far the damage goes");
}

uint64_t Decoder::number() {
    uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (rest_.empty())
            damaged();
        unsigned char c = static_cast<unsigned char>(rest_[0]);
        rest_.remove_prefix(1);
        n |= uint64_t(c & 0x7f) << shift;
        if (c < 0x80)
            return n;
    }
    damaged();
}

std::string Decoder::text() {
    uint64_t size = number();
    if (size > rest_.size())
        damaged();
    std::string s(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return s;
}

bool Decoder::flag() {
    if (rest_.empty())
        damaged();
    bool b = rest_[0] != 0;
    rest_.remove_prefix(1);
    return b;
}

std::string number_key(uint64_t n) {
    std::string key(8, '\0');
    for (int i = 7; i >= 0; i--, n >>= 8)
        key[size_t(i)] = char(n);
    return key;
}

uint64_t key_number(std::string_view key) {
    uint64_t n = 0;
    if (key.size() < 8)
        return 0;
    for (unsigned char c : key.substr(key.size() - 8))
        n = n << 8 | c;
    return n;
}

Hash hash_of(std::string_view text) { return from_hex(digest_hex("SHA256", text)); }

std::string to_hex(std::string_view bytes) {
    std::string s;
    for (unsigned char c : bytes) {
        s += "0123456789abcdef"[c >> 4];
        s += "0123456789abcdef"[c & 15];
    }
    return s;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string from_hex(std::string_view hex) {
    std::string s;
    if (hex.size() % 2)
        return s;
    for (size_t i = 0; i < hex.size(); i += 2) {
        int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return {};
        s += char(high << 4 | low);
    }
    return s;
}

}  // namespace weft::cdb
