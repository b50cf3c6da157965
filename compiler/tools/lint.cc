// The table of rules, each a function over a line or over the whole file.
#include "compiler/tools/lint.hh"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/text/utf16.hh"
#include "compiler/tools/lint_code.hh"
#include "compiler/tools/lint_scan.hh"

namespace weft::compiler {
namespace {

struct LintedFile {
    std::string_view path;
    const LintOptions& options;
    const std::vector<LintLine>& lines;
};

struct Rule;
class Report {
public:
    Report(const Rule& rule, std::vector<LintFinding>& out) : rule_(rule), out_(out) {}
    void operator()(const LintLine&, size_t from, size_t to, std::string message,
                    std::optional<LintEdit> edit = {}) const;

private:
    const Rule& rule_;
    std::vector<LintFinding>& out_;
};

struct Rule {
    std::string_view id;
    LintSeverity severity;
    std::string_view finds;
    bool fixable;
    void (*line)(const LintLine&, const Report&);
    void (*file)(const LintedFile&, const Report&);
};

void Report::operator()(const LintLine& l, size_t from, size_t to, std::string message,
                        std::optional<LintEdit> edit) const {
    if (l.disabled.count(rule_.id))
        return;
    out_.push_back({l.number, from, std::max(to, from + 1), rule_.id, rule_.severity,
                    std::move(message), std::move(edit)});
}

bool blank(char c) { return c == ' ' || c == '\t'; }
bool name_char(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-';
}

/// The blanks that end before `at`, those that begin at it.
size_t blanks_before(std::string_view s, size_t at) {
    size_t n = 0;
    while (n < at && blank(s[at - 1 - n]))
        n++;
    return n;
}
size_t blanks_at(std::string_view s, size_t at) {
    size_t n = 0;
    while (at + n < s.size() && blank(s[at + n]))
        n++;
    return n;
}
std::string_view code_of(const LintLine& l) { return std::string_view(l.code).substr(0, l.length); }

/// "kind template NAME;" and nothing else.
bool declares_template(std::string_view line) {
    for (std::string_view kind : {"object ", "unique ", "declaration ", "structure "})
        if (line.starts_with(kind)) {
            line.remove_prefix(kind.size());
            break;
        }
    if (!line.starts_with("template ") || !line.ends_with(';'))
        return false;
    line = line.substr(9, line.size() - 10);
    if (line.empty())
        return false;
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return name_char(c) || c == '.' || c == '/' || c == '+'; });
}

void first_line(const LintedFile& f, const Report& report) {
    LintLine nothing{1, {}, {}, {}, 0, false, {}};
    if (f.lines.empty())
        return report(nothing, 0, 1, "there is no template declaration");
    const LintLine& l = f.lines[0];
    std::string_view text = std::string_view(l.visible).substr(0, l.length);
    if (f.options.placeholder_first && text.starts_with("${") && text.ends_with('}'))
        return;
    if (!declares_template(text))
        report(l, 0, l.length,
               "the first line of code must be '[object|unique|declaration|structure ]template "
               "NAME;', with single blanks");
}

void indentation(const LintLine& l, const Report& report) {
    size_t n = l.raw.find_first_not_of(' ');
    if (!l.starts_inside && n != l.raw.npos && n % 4)
        report(l, 0, n, fmt::format("indented by {} blanks, which is no multiple of 4", n));
}

void tabs(const LintLine& l, const Report& report) {
    for (size_t i = 0; i < l.length; i++) {
        if (l.code[i] != '\t')
            continue;
        size_t from = i;
        while (i < l.length && l.code[i] == '\t')
            i++;
        bool leading = l.code.find_first_not_of(" \t") >= i;
        std::optional<LintEdit> edit;
        if (!l.starts_inside)
            edit = LintEdit{from, i, std::string((i - from) * (leading ? 4 : 1), ' ')};
        report(l, from, i, "a tab; use blanks", edit);
    }
}

void trailing(const LintLine& l, const Report& report) {
    size_t end = l.raw.find_last_not_of(" \t") + 1;
    // Behind the backslash of a continued string or inside an annotation blanks are not ours to
    // take.
    if (end < l.raw.size() && end && l.raw[end - 1] != '\\')
        report(l, end, l.raw.size(), "blanks at the end of the line",
               LintEdit{end, l.raw.size(), ""});
}

void old_names(const LintLine& l, const Report& report) {
    auto t = l.tokens();
    for (size_t i = 0; i + 1 < t.size(); i++)
        if ((t[i].text == "nlist" || t[i].text == "is_nlist") && t[i + 1].text == "(") {
            std::string today = t[i].text == "nlist" ? "dict" : "is_dict";
            report(l, t[i].from, t[i].to,
                   fmt::format("'{}' is the old name of '{}'", t[i].text, today),
                   LintEdit{t[i].from, t[i].to, today});
        }
}

void include_braces(const LintLine& l, const Report& report) {
    auto t = l.tokens();
    for (size_t i = 0; i + 1 < t.size(); i++)
        if (t[i].text == "include" && t[i + 1].text == "{") {
            std::optional<LintEdit> edit;
            if (i + 3 < t.size() && t[i + 2].kind == LintToken::string && t[i + 3].text == "}")
                edit =
                    LintEdit{t[i + 1].from, t[i + 3].to,
                             std::string(l.raw.substr(t[i + 2].from, t[i + 2].to - t[i + 2].from))};
            report(l, t[i + 1].from, t[i + 1].to, "braces around what is included", edit);
        }
}

void long_line(const LintLine& l, const Report& report) {
    constexpr size_t most = 120;
    if (l.raw.starts_with("bind ") || l.length <= most)
        return;
    std::string_view code = l.raw.substr(0, l.length);
    if (size_t width = utf16_length(code); width > most)
        report(l, byte_of_unit(code, most), l.length,
               fmt::format("{} characters; at most {} are easily read", width, most));
}

/// One blank behind each of these marks, unless it is superfluous: then it goes.
///   superfluous(tokens, i)   there is another token right behind i
void blank_behind(const LintLine& l, const Report& report, std::string_view mark,
                  std::string_view name, std::string_view wrong, auto superfluous) {
    std::string_view s = code_of(l);
    auto t = l.tokens();
    for (size_t i = 0; i < t.size(); i++) {
        if (t[i].text != mark || t[i].to == s.size())
            continue;
        size_t n = blanks_at(s, t[i].to);
        if (n == 1)
            continue;
        if (!n && superfluous(t, i))
            report(l, t[i].from, t[i].to, std::string(wrong), LintEdit{t[i].from, t[i].to, ""});
        else
            report(l, t[i].from, t[i].to + n,
                   fmt::format("{} blank behind a {}", n ? "more than one" : "no", name),
                   LintEdit{t[i].to, t[i].to + n, " "});
    }
}

void comma(const LintLine& l, const Report& report) {
    // A last comma means nothing; a first or second one is an argument left out.
    blank_behind(l, report, ",", "comma", "a comma before ')'", [](auto& t, size_t i) {
        return t[i + 1].text == ")" && i && t[i - 1].text != "(" && t[i - 1].text != ",";
    });
}

void before_semicolon(const LintLine& l, const Report& report) {
    std::string_view s = code_of(l);
    for (const LintToken& t : l.tokens())
        if (size_t n = t.text == ";" ? blanks_before(s, t.from) : 0; n && n < t.from)
            report(l, t.from - n, t.from, "a blank before a semicolon",
                   LintEdit{t.from - n, t.from, ""});
}

void behind_semicolon(const LintLine& l, const Report& report) {
    blank_behind(l, report, ";", "semicolon", "a semicolon too many",
                 [](auto& t, size_t i) { return t[i + 1].text == ";"; });
}

/// The name in "variable NAME", if this is such a statement.
std::optional<LintToken> variable_name(const std::vector<LintToken>& t) {
    size_t i = !t.empty() && t[0].text == "final";
    if (i + 1 < t.size() && t[i].text == "variable" && t[i + 1].kind == LintToken::word)
        return t[i + 1];
    return std::nullopt;
}

void variable_case(const LintLine& l, const Report& report) {
    auto name = variable_name(l.tokens());
    if (name && std::any_of(name->text.begin(), name->text.end(),
                            [](char c) { return c >= 'a' && c <= 'z'; }))
        report(l, name->from, name->to,
               fmt::format("the global variable '{}' is not in capitals", name->text));
}

void variable_length(const LintLine& l, const Report& report) {
    auto name = variable_name(l.tokens());
    if (name && name->text.size() < 5)
        report(l, name->from, name->to,
               fmt::format("the global variable '{}' has a short name", name->text));
}

void redundant_format(const LintLine& l, const Report& report) {
    auto t = l.tokens();
    for (size_t i = 0; i + 3 < t.size(); i++) {
        if ((t[i].text != "error" && t[i].text != "debug") || t[i + 1].text != "(" ||
            t[i + 2].text != "format" || t[i + 3].text != "(")
            continue;
        std::optional<LintEdit> edit;
        size_t depth = 0, close = i + 3;
        for (; close < t.size(); close++) {
            if (t[close].text == "(")
                depth++;
            if (t[close].text == ")" && !--depth)
                break;
        }
        if (close + 1 < t.size() && t[close + 1].text == ")")
            edit = LintEdit{t[i + 2].from, t[close].to,
                            std::string(l.raw.substr(t[i + 3].to, t[close].from - t[i + 3].to))};
        report(l, t[i + 2].from, t[i + 2].to, fmt::format("{}() formats by itself", t[i].text),
               edit);
    }
}

void path_end(const LintLine& l, const Report& report) {
    auto t = l.tokens();
    size_t i = !t.empty() && t[0].text == "prefix";
    if (i >= t.size() || t[i].kind != LintToken::string || l.starts_inside)
        return;
    std::string_view quoted = t[i].text;
    if (quoted.size() < 2 || quoted.front() != quoted.back() || quoted.starts_with('<'))
        return;  // not closed, or a heredoc
    if (!i && (t.size() < 2 || (t[1].text != "=" && t[1].text != "?=")))
        return;
    std::string_view path = l.raw.substr(t[i].from + 1, t[i].to - t[i].from - 2);
    size_t end = path.find_last_not_of('/') + 1;
    if (end && end < path.size())
        report(l, t[i].from + 1 + end, t[i].to - 1, "the path ends in '/'",
               LintEdit{t[i].from + 1 + end, t[i].to - 1, ""});
}

// ---- operators

/// In "a[i+1]" the tokens between the brackets.
bool simple_sum(const std::vector<LintToken>& t, size_t open, size_t close) {
    auto operand = [&](size_t i) {
        return t[i].kind == LintToken::word || t[i].kind == LintToken::number;
    };
    return close == open + 4 && operand(open + 1) && operand(open + 3) &&
           (t[open + 2].text == "+" || t[open + 2].text == "-");
}

/// Which operators of a line are signs (unary), belong to a simple sum in brackets, or mark a link
/// type.
struct Operators {
    std::vector<bool> sign, in_sum, link;
};

/// `operand` tells whether the code before the line ends in an operand, and is moved behind the
/// line.
Operators classify(const std::vector<LintToken>& t, bool& operand) {
    static constexpr std::string_view openers[] = {"if", "while", "for", "foreach"};
    static constexpr std::string_view no_operands[] = {
        "else", "with", "return", "if", "while", "for", "foreach", "valid", "bind", "prefix"};
    Operators o{std::vector<bool>(t.size()), std::vector<bool>(t.size()),
                std::vector<bool>(t.size())};
    std::vector<std::pair<size_t, bool>> open;  // where, and is it a condition's
    for (size_t i = 0; i < t.size(); i++) {
        std::string_view x = t[i].text;
        if (t[i].kind != LintToken::op) {
            operand = std::find(std::begin(no_operands), std::end(no_operands), x) ==
                      std::end(no_operands);
            continue;
        }
        o.sign[i] = !operand && (x == "+" || x == "-");
        if (x == "*") {
            // T* is a link type: no operand follows.
            bool last = i + 1 == t.size();
            o.link[i] = last ||
                        (t[i + 1].kind == LintToken::op && t[i + 1].text != "(" &&
                         t[i + 1].text != "-" && t[i + 1].text != "+") ||
                        t[i + 1].text == "with";
            operand = o.link[i];
            continue;
        }
        if (x == "(" || x == "[" || x == "{")
            open.emplace_back(i, i && std::find(std::begin(openers), std::end(openers),
                                                t[i - 1].text) != std::end(openers));
        operand = x == ")" || x == "]" || x == "}";
        if (!operand || open.empty())
            continue;
        auto [from, condition] = open.back();
        open.pop_back();
        if (x == ")" && condition)
            operand = false;
        if (x == "}")
            operand = false;
        if (x == "]" && simple_sum(t, from, i))
            o.in_sum[from + 2] = true;
    }
    return o;
}

void check_operators(const LintLine& l, const std::vector<LintToken>& t, const Operators& o,
                     const Report& report) {
    static constexpr std::string_view spaced[] = {"==", "!=", "<=", ">=", "?=", "=",
                                                  ">",  "<",  "+",  "-",  "*",  "/"};
    std::string_view s = code_of(l);
    for (size_t i = 0; i < t.size(); i++) {
        if (t[i].kind != LintToken::op || o.link[i] ||
            std::find(std::begin(spaced), std::end(spaced), t[i].text) == std::end(spaced))
            continue;
        size_t before = blanks_before(s, t[i].from), behind = blanks_at(s, t[i].to);
        if (o.sign[i]) {
            if (behind && i + 1 < t.size() && t[i + 1].kind == LintToken::number)
                report(l, t[i].from, t[i].to + behind, "a blank between a sign and its number",
                       LintEdit{t[i].to, t[i].to + behind, ""});
            continue;
        }
        if (o.in_sum[i]) {
            if (before || behind)
                report(l, t[i].from - before, t[i].to + behind,
                       "blanks in a simple sum within brackets",
                       LintEdit{t[i].from - before, t[i].to + behind, std::string(t[i].text)});
            continue;
        }
        bool no_left = !before && t[i].from > 0, no_right = !behind && t[i].to < s.size();
        if (!no_left && !no_right)
            continue;
        std::string text = (no_left ? " " : "") + std::string(t[i].text) + (no_right ? " " : "");
        report(l, t[i].from, t[i].to,
               fmt::format("'{}' has no blank {}", t[i].text,
                           no_left && no_right ? "around it"
                           : no_left           ? "before it"
                                               : "behind it"),
               LintEdit{t[i].from, t[i].to, text});
    }
}

void operators(const LintedFile& f, const Report& report) {
    bool operand = false;
    for (const LintLine& l : f.lines) {
        auto t = l.tokens();
        bool declaration = std::any_of(t.begin(), t.end(),
                                       [](const LintToken& x) { return x.text == "template"; });
        if (declaration || l.starts_inside) {  // a template's name may hold - and /
            operand = false;
            continue;
        }
        Operators o = classify(t, operand);
        check_operators(l, t, o, report);
    }
}

// ---- whole files

/// The first name behind `before` in a path-like text.
std::string_view name_behind(std::string_view text, std::string_view before) {
    size_t at = text.find(before);
    if (at == text.npos)
        return {};
    text.remove_prefix(at + before.size());
    size_t n = 0;
    while (n < text.size() && name_char(text[n]))
        n++;
    return text.substr(0, n);
}

void component_use(const LintedFile& f, const Report& report) {
    constexpr std::string_view root = "/software/components/";
    std::set<std::string> told;
    for (const LintLine& l : f.lines)
        for (size_t at = l.visible.find(root); at != std::string::npos;
             at = l.visible.find(root, at + 1)) {
            std::string name(name_behind(std::string_view(l.visible).substr(at), root));
            size_t end = at + root.size() + name.size();
            if (name.empty() || end >= l.visible.size() || l.visible[end] != '/')
                continue;
            if (f.options.ignored_components.count(name) ||
                name_behind(f.path, "components/") == name)
                continue;
            std::string config = "components/" + name + "/config";
            bool included = std::any_of(f.lines.begin(), f.lines.end(), [&](const LintLine& o) {
                return o.code.find("include") != std::string::npos &&
                       o.visible.find(config) != std::string::npos;
            });
            if (!included && told.insert(name).second)
                report(
                    l, at, end,
                    fmt::format("component '{}' is used, but '{}' is not included", name, config));
        }
}

void feature_alone(const LintedFile& f, const Report& report) {
    std::string_view feature = name_behind(f.path, "features/");
    if (!f.options.standalone_features || feature.empty())
        return;
    std::string own = fmt::format("features/{}/", feature);
    for (const LintLine& l : f.lines) {
        auto t = l.tokens();
        for (size_t i = 0; i + 1 < t.size(); i++) {
            size_t s = i + 1 + (t[i + 1].text == "{");
            if (t[i].text != "include" || s >= t.size() || t[s].kind != LintToken::string)
                continue;
            std::string_view name = l.raw.substr(t[s].from + 1, t[s].to - t[s].from - 2);
            if (!name.starts_with(own))
                report(l, t[s].from, t[s].to,
                       fmt::format("the feature '{}' includes '{}', which is not its own", feature,
                                   name));
        }
    }
}

using enum LintSeverity;
constexpr Rule rules[] = {
    {"CU001", warning, "a component is configured but its config template is not included", false,
     nullptr, component_use},
    {"FL001", error, "the first line of code is no template declaration", false, nullptr,
     first_line},
    {"FS001", advice, "a feature includes a template outside itself (with --features_standalone)",
     false, nullptr, feature_alone},
    {"LC001", advice, "operators without a blank on both sides", true, nullptr, operators},
    {"LP001", advice, "indentation that is no multiple of four", false, indentation, nullptr},
    {"LP002", advice, "tabs", true, tabs, nullptr},
    {"LP003", advice, "blanks at the end of a line", true, trailing, nullptr},
    {"LP004", warning, "the old names nlist and is_nlist", true, old_names, nullptr},
    {"LP005", advice, "braces around the name of an included template", true, include_braces,
     nullptr},
    {"LP006", advice, "lines beyond column 120", false, long_line, nullptr},
    {"LP007", advice, "not exactly one blank behind a comma", true, comma, nullptr},
    {"LP008", advice, "a blank before a semicolon", true, before_semicolon, nullptr},
    {"LP009", advice, "not exactly one blank behind a semicolon", true, behind_semicolon, nullptr},
    {"LP010", advice, "global variables that are not in capitals", false, variable_case, nullptr},
    {"LP011", advice, "global variables with names of up to four characters", false,
     variable_length, nullptr},
    {"LP012", warning, "format() within error() or debug(), which format by themselves", true,
     redundant_format, nullptr},
    {"PP001", advice, "paths on the left side that end in '/'", true, path_end, nullptr},
    {"SH001", warning, "local variables with the name of a global one", false, nullptr, nullptr},
    {"SH002", warning, "functions and types with the name of a built-in one", false, nullptr,
     nullptr},
    {"SH003", warning, "loops that use a variable of the loop around them", false, nullptr,
     nullptr},
    {"UN001", warning, "local variables that are set but never read", true, nullptr, nullptr},
    {"UN002", advice, "global variables that nothing reads (with --tree)", false, nullptr, nullptr},
    {"UN003", advice, "functions and types that nothing uses (with --tree)", false, nullptr,
     nullptr},
    {"UR001", warning, "code that never runs", false, nullptr, nullptr},
};

/// The rules without a function here: lint_code knows them.
void code_rules(std::string_view text, const LintedFile& f, std::vector<LintFinding>& found) {
    std::shared_ptr<const Template> own;
    if (!f.options.parsed)
        own = read_for_tools(text, f.path);
    std::vector<CodeFinding> all =
        lint_code(f.options.parsed ? *f.options.parsed : *own, f.options.tree);
    for (CodeFinding& c : all) {
        auto line = std::lower_bound(f.lines.begin(), f.lines.end(), int(c.span.line),
                                     [](const LintLine& l, int n) { return l.number < n; });
        if (line == f.lines.end() || line->number != int(c.span.line))
            continue;
        // Spans count characters, findings bytes.
        auto byte = [&](uint32_t col) {
            size_t at = 0;
            for (uint32_t i = 1; i < col && at < line->raw.size(); i++)
                at += code_point(line->raw, at).bytes;
            return at;
        };
        size_t from = byte(c.span.col),
               to = c.span.end_line > c.span.line ? line->length : byte(c.span.end_col + 1);
        std::optional<LintEdit> edit;
        if (c.line_can_go)
            edit = LintEdit{0, line->raw.size(), "", true};
        for (const Rule& r : rules)
            if (r.id == c.id)
                Report(r, found)(*line, from, to, std::move(c.message), edit);
    }
}

}  // namespace

std::string_view lint_severity_name(LintSeverity s) {
    static constexpr std::string_view names[] = {"advice", "warning", "error"};
    return names[int(s)];
}

std::vector<LintRuleName> lint_rules() {
    std::vector<LintRuleName> out;
    for (const Rule& r : rules)
        out.push_back({r.id, r.severity, r.finds, r.fixable});
    return out;
}

std::vector<LintFinding> lint(std::string_view text, std::string_view path,
                              const LintOptions& options) {
    std::vector<LintLine> lines = lint_lines(text);
    LintedFile file{path, options, lines};
    std::vector<LintFinding> found;
    for (const Rule& r : rules) {
        Report report(r, found);
        if (r.file)
            r.file(file, report);
        else if (r.line)
            for (const LintLine& l : lines)
                r.line(l, report);
    }
    code_rules(text, file, found);
    std::stable_sort(found.begin(), found.end(), [](const LintFinding& a, const LintFinding& b) {
        return std::tie(a.line, a.from, a.id) < std::tie(b.line, b.from, b.id);
    });
    return found;
}

/// One round: of edits that meet, the first is made, the others wait for the next round.
static std::string fixed_once(std::string_view text, const std::vector<LintFinding>& found) {
    std::string out;
    size_t next = 0;
    int number = 0;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        number++;
        size_t done = 0;
        bool gone = false;
        for (; next < found.size() && found[next].line <= number; next++) {
            auto& edit = found[next].edit;
            if (found[next].line < number || !edit || edit->from < done || edit->to > line.size())
                continue;
            out += line.substr(done, edit->from - done);
            out += edit->text;
            done = edit->to;
            gone = gone || edit->whole_line;
        }
        if (!gone)
            out += line.substr(done);
        if (!gone && end < text.size())
            out += '\n';
        at = end + 1;
    }
    return out;
}

std::string lint_fixed(std::string_view text, std::string_view path, const LintOptions& options) {
    std::string now(text);
    for (int round = 0; round < 20; round++) {
        std::string next = fixed_once(now, lint(now, path, options));
        if (next == now)
            break;
        now = std::move(next);
    }
    return now;
}

}  // namespace weft::compiler
