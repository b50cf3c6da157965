// PCRE2, met once: compiled patterns over UTF-8, with limits on the work one search may do.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace weft {

/// A compiled pattern in PCRE2's own syntax. For one thread at a time.
class Pcre {
public:
    /// Error(65) with the library's words; the column is the place in the pattern, from 1.
    explicit Pcre(std::string_view pattern);
    Pcre(Pcre&&) noexcept;
    ~Pcre();

    static constexpr size_t unset = size_t(-1);
    enum class Outcome { no, yes, too_hard };
    /// The first match at or after byte `from` of well-formed UTF-8. offsets: begin and end of the
    /// match, then of each group, `unset` where a group took no part. too_hard: given up, nothing
    /// is known.
    Outcome search(std::string_view text, size_t from, std::vector<size_t>& offsets) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft
