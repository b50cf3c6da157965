// The style of templates, line by line: what panlint says and puts right. Works on files that do
// not parse.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::compiler {

enum class LintSeverity { advice, warning, error };
std::string_view lint_severity_name(LintSeverity);

/// A replacement within one line that does not change what the template means.
struct LintEdit {
    size_t from, to;  ///< bytes of the line
    std::string text;
    bool whole_line = false;  ///< the line goes, with its end
};

struct LintFinding {
    int line;             ///< from 1
    size_t from, to;      ///< bytes of the line that are meant
    std::string_view id;  ///< of the rule
    LintSeverity severity;
    std::string message;
    std::optional<LintEdit> edit;
};

struct LintOptions {
    bool placeholder_first =
        false;  ///< the first line may be ${...}, as in sources that Maven fills in
    bool standalone_features = false;  ///< a feature may only include its own templates
    std::set<std::string> ignored_components;
    const class LintTree* tree =
        nullptr;  ///< all templates that could use what this one defines; nullptr: not known
    const struct Template* parsed =
        nullptr;  ///< the text as read_for_tools() has it; nullptr: parsed when needed
};

struct LintRuleName {
    std::string_view id;
    LintSeverity severity;
    std::string_view finds;
    bool fixable;
};
/// All rules, in the order of their ids.
std::vector<LintRuleName> lint_rules();

/// Everything found in a template, by line and place. `path` says which component or feature it is
/// part of.
std::vector<LintFinding> lint(std::string_view text, std::string_view path,
                              const LintOptions& = {});

/// The text with everything put right that can be put right safely.
std::string lint_fixed(std::string_view text, std::string_view path, const LintOptions& = {});

}  // namespace weft::compiler
