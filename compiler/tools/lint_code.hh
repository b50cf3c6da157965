// What the style checker finds in the parsed template, not in its lines: names nobody reads, code
// that never runs, names that hide others.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/text/ast.hh"
#include "compiler/tools/lint.hh"

namespace weft::compiler {

/// The names a tree of templates mentions.
class LintTree {
public:
    void add(std::string_view text, std::string_view path);
    bool mentions(Name kind, std::string_view name) const {
        return used_[int(kind)].count(name) > 0;
    }
    bool has_global(std::string_view name) const { return globals_.count(name) > 0; }

private:
    std::set<std::string, std::less<>> used_[3], globals_;
};

struct CodeFinding {
    Span span;
    std::string_view id;
    std::string message;
    bool line_can_go = false;  ///< it is all there is in its line, and nothing changes without it
};

/// Findings of all rules of this file, in no order.
///   tree   nullptr: what other templates do is not known, and nothing is said about it
std::vector<CodeFinding> lint_code(const Template&, const LintTree* tree);

/// The parsed template for lint_code: also of text with errors, as far as it is understood.
std::shared_ptr<const Template> read_for_tools(std::string_view text, std::string_view path);

}  // namespace weft::compiler
