// Files of `key value` lines that others write too: our keys are set, everything else stays as it
// is.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::ncm {

struct KeyLines {
    std::string_view separators = " \t";  ///< what ends a key
    bool ignore_case = false;
    std::vector<std::string_view>
        sections;  ///< a line beginning with one of these ends the common part
    /// The first value counts, and a line of this key brings values from elsewhere: ours stand
    /// before it.
    std::string_view include = {};
    std::vector<std::pair<std::string_view, std::string_view>> aliases =
        {};  ///< another name of a key, and the key, both as folded

    /// The text with each key's line put in: instead of its first line, else of a commented one,
    /// else before the first section or at the end. Further lines of the key go.
    ///   wanted   the whole line by key; nothing: the key's lines are commented out
    std::string set(std::string_view text,
                    const std::map<std::string, std::optional<std::string>>& wanted) const;
    /// Without the lines of these keys.
    std::string without(std::string_view text, const std::vector<std::string>& keys) const;

    /// The key as it is compared.
    std::string fold(std::string_view key) const;

private:
    std::string key_of(std::string_view line, bool& commented) const;
};

}  // namespace weft::ncm
