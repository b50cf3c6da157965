// The leaves of a profile, read straight from the text that write_xml wrote: no tree is built, and
// of two profiles only what differs is looked at. Ten thousand profiles of a commit are compared in
// seconds.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/noun/element.hh"

namespace weft::cdb {

/// A leaf's value as the index keeps it: the kind's letter (s l d b), then its text.
using LeafValue = std::string;

/// "string", "long", "double" or "boolean".
std::string_view leaf_kind(std::string_view value);
inline std::string_view leaf_text(std::string_view value) { return value.substr(1); }

/// Every leaf (empty lists and dicts are none), in the order of the text. Error(74) when it is no
/// profile that write_xml wrote.
void each_leaf(std::string_view xml,
               const std::function<void(std::string_view path, std::string_view value)>&);

/// Strings that many nodes share, each kept once. Any thread may number; who looks up does so when
/// nobody numbers any more.
class Words {
public:
    uint32_t number(std::string_view word);
    const std::string& operator[](uint32_t n) const { return *names_[n]; }
    /// Nothing when it was never numbered.
    std::optional<uint32_t> find(std::string_view word) const;
    size_t size() const { return names_.size(); }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::mutex lock_;
    std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<const std::string*> names_;
};

/// One leaf that differs between two profiles; no_word: it is not there.
struct LeafChange {
    static constexpr uint32_t no_word = UINT32_MAX;
    uint32_t path, before = no_word, after = no_word;
    friend bool operator==(const LeafChange&, const LeafChange&) = default;
};

/// What differs in many profiles: each change once, with the numbers of the profiles that have it.
/// Numbers that follow each other are a few bytes, so that of ten thousand profiles mostly what
/// makes them different is kept.
class LeafChanges {
public:
    struct Run {
        uint32_t first, count;
    };
    /// From any thread.
    void add(uint32_t profile, const std::vector<LeafChange>&);
    /// By path's number; when nobody adds any more.
    std::vector<std::pair<LeafChange, const std::vector<Run>*>> sorted() const;

private:
    struct Hash {
        size_t operator()(const LeafChange& c) const {
            return ((size_t(c.path) << 32 | c.after) ^ size_t(c.before) << 17) *
                       0x9E3779B97F4A7C15u >>
                   7;
        }
    };
    std::mutex lock_;
    std::unordered_map<LeafChange, std::vector<Run>, Hash> runs_;
};

/// What differs; an empty text stands for no profile.
std::vector<LeafChange> leaf_changes(std::string_view before_xml, std::string_view after_xml,
                                     Words&);

}  // namespace weft::cdb
