// /system/network/interfaces/0/ip: the address of an element.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/noun/key.hh"

namespace weft {

/// One step of a path: the key of a dict's child or the index of a list's.
struct Term {
    Key key;            ///< no key: this is an index
    int32_t index = 0;  ///< negative counts from the end, -1 is the last
    Term() = default;
    explicit Term(Key k) : key(k) {}
    explicit Term(int32_t i) : index(i) {}
    bool is_key() const { return bool(key); }
    std::string text() const { return key ? std::string(key.view()) : std::to_string(index); }
    friend bool operator==(const Term&, const Term&) = default;
    /// Indices before keys, indices by number, keys by bytes.
    friend bool operator<(const Term& a, const Term& b) {
        if (a.is_key() != b.is_key())
            return !a.is_key();
        return a.is_key() ? a.key < b.key : a.index < b.index;
    }
};

/// A term by Pan's rules: -?[0-9]+ is an index (no leading zeros, 32 bits),
/// [A-Za-z0-9_][A-Za-z0-9_+.-]* a key, a string that is wholly one {...} group the key escape(...).
/// Nothing when it is none of them.
std::optional<Term> parse_term(std::string_view text);

/// An absolute path. The root has no terms.
class Path {
public:
    Path() = default;
    explicit Path(std::vector<Term> terms) : terms_(std::move(terms)) {}
    /// "/a/b/0", "/a/{b/c}/d/"; trailing slashes are ignored. Error(65) says what is wrong with it.
    static Path parse(std::string_view text);

    const std::vector<Term>& terms() const { return terms_; }
    bool is_root() const { return terms_.empty(); }
    std::string text() const;  ///< "/" for the root
    Path operator/(Term t) const;
    Path operator/(const Path& p) const;
    Path up() const;  ///< the root stays the root
    bool starts_with(const Path& p) const;
    friend bool operator==(const Path&, const Path&) = default;
    friend bool operator<(const Path& a, const Path& b) { return a.terms_ < b.terms_; }

private:
    std::vector<Term> terms_;
};

/// The terms of a path text without its leading slash, brace groups escaped; shared by Path and the
/// compiler's relative paths. Error(65).
///   whole   the path as its author wrote it, for messages
std::vector<Term> parse_terms(std::string_view text, std::string_view whole = {});

/// The key encoding: letters stay, digits stay except in first place, any other byte-sized
/// character becomes _ and two hex digits; "" is "_". Nothing when a character is at or above
/// U+0100.
std::optional<std::string> escape(std::string_view text);
/// The way back; nothing when '_' is not followed by two hex digits ("_" alone is "").
std::optional<std::string> unescape(std::string_view text);

}  // namespace weft
