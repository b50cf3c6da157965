// Names of dict children, stored once per process: equal names are equal pointers.
#pragma once
#include <cstdint>
#include <string_view>

namespace weft {

/// A dict key. Trivially copyable, compared by address for equality and by bytes for order; lives
/// as long as the process (the set of names a site uses is small and stable). Thread safe.
class Key {
public:
    Key() = default;                      ///< no key: see Term
    explicit Key(std::string_view text);  ///< interns the text
    std::string_view view() const {
        return p_ ? std::string_view(p_->text, p_->size) : std::string_view();
    }
    explicit operator bool() const { return p_; }
    uint32_t hash() const { return p_ ? p_->hash : 0; }
    friend bool operator==(Key a, Key b) { return a.p_ == b.p_; }
    friend bool operator<(Key a, Key b) { return a.p_ != b.p_ && a.view() < b.view(); }

private:
    struct Text {
        uint32_t size, hash;
        char text[1];
    };
    const Text* p_ = nullptr;
};

}  // namespace weft

template <>
struct std::hash<weft::Key> {
    size_t operator()(weft::Key k) const { return k.hash(); }
};
