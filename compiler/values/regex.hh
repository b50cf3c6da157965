// Regular expressions as the built-ins use them: Java's syntax and its way of finding match after
// match.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/wrap/pcre.hh"
#include "compiler/values/java_regex.hh"

namespace weft::compiler {

/// One match: group 0 is the whole.
class RegexMatch {
public:
    size_t begin() const { return offsets_[0]; }
    size_t end() const { return offsets_[1]; }
    size_t groups() const { return offsets_.size() / 2; }
    bool has(size_t group) const { return offsets_[2 * group] != Pcre::unset; }
    /// Empty when the group took no part.
    std::string_view text(size_t group) const {
        return has(group) ? text_.substr(offsets_[2 * group],
                                         offsets_[2 * group + 1] - offsets_[2 * group])
                          : std::string_view();
    }

private:
    friend class Regex;
    std::string_view text_;
    std::vector<size_t> offsets_;
};

class Regex {
public:
    Regex(std::string_view pattern, RegexFlags);
    /// From the calling thread's store of compiled patterns. EvalFailure names the function, the
    /// pattern and what is wrong with it.
    static std::shared_ptr<const Regex> get(std::string_view function, std::string_view pattern,
                                            RegexFlags = {});

    /// The first match at or after byte `from` of well-formed UTF-8. EvalFailure when it takes too
    /// long.
    bool search(std::string_view function, std::string_view text, size_t from, RegexMatch&) const;
    /// Every match in order; after an empty one the search goes on one character later. `found`
    /// answers whether to go on.
    void each(std::string_view function, std::string_view text,
              const std::function<bool(const RegexMatch&)>& found) const;

    int groups() const { return translated_.groups; }
    std::optional<int> group(const std::string& name) const;

private:
    std::string pattern_;
    TranslatedRegex translated_;
    std::optional<Pcre> pcre_;  // none when the pattern is a plain text
};

/// "ims" to flags; EvalFailure for an unknown letter.
RegexFlags regex_flags(std::string_view function, std::string_view letters);

}  // namespace weft::compiler
