// A template taken apart for the style checker: per line, what is code, what is text, what is
// comment.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weft::compiler {

struct LintToken {
    enum Kind { number, word, string, op } kind;
    size_t from, to;  ///< bytes of the line
    std::string_view text;
};

struct LintLine {
    int number;            ///< from 1
    std::string_view raw;  ///< without its end
    std::string code;  ///< as long as raw; comments and annotations blank, contents of strings 'x'
    std::string visible;         ///< as code, but with the contents of strings
    size_t length = 0;           ///< of code without trailing blanks; 0: no code here
    bool starts_inside = false;  ///< the line begins inside a string or an annotation
    std::set<std::string, std::less<>>
        disabled;  ///< rules that "# panlint disable=" switches off here
    std::vector<LintToken> tokens() const;
};

/// The lines that have code.
std::vector<LintLine> lint_lines(std::string_view text);

}  // namespace weft::compiler
