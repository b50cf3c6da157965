// One pass over the bytes; wrong input (an open string, an unknown character) ends with its line.
#include "compiler/tools/lint_scan.hh"

#include <deque>

namespace weft::compiler {
namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The names in "# panlint disable=LP001,LC001".
void read_disabled(std::string_view comment, std::set<std::string, std::less<>>& out) {
    size_t at = comment.find("panlint disable=");
    if (at == comment.npos || comment.find_first_not_of("# \t") != at)
        return;
    std::string name;
    for (char c : comment.substr(at + 16)) {
        if (is_word(c)) {
            name += c;
        } else {
            if (!name.empty())
                out.insert(name);
            name.clear();
            if (c != ',' && !is_blank(c))
                return;
        }
    }
    if (!name.empty())
        out.insert(name);
}

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::vector<LintLine> run() {
        std::vector<LintLine> lines;
        std::set<std::string, std::less<>> disabled;
        int number = 0;
        for (size_t at = 0; at < text_.size();) {
            size_t end = std::min(text_.find('\n', at), text_.size());
            std::string_view raw = text_.substr(at, end - at);
            at = end + 1;
            number++;
            if (raw.ends_with('\r'))
                raw.remove_suffix(1);
            if (!heredocs_.empty() && !string_ && !annotation_) {
                if (raw == heredocs_.front())
                    heredocs_.pop_front();
                continue;
            }
            LintLine l{number, raw, std::string(raw), std::string(raw), 0, string_ || annotation_,
                       {}};
            scan(l, disabled);
            l.length = l.code.find_last_not_of(" \t\f") + 1;  // npos + 1 is 0
            if (!l.length)
                continue;
            l.disabled = std::exchange(disabled, {});
            lines.push_back(std::move(l));
        }
        return lines;
    }

private:
    void scan(LintLine& l, std::set<std::string, std::less<>>& disabled) {
        std::string_view raw = l.raw;
        auto hide = [&](size_t i) {
            l.code[i] = l.visible[i] = ' ';
        };
        for (size_t i = 0; i < raw.size(); i++) {
            char c = raw[i];
            if (annotation_) {
                hide(i);
                if (c == annotation_)
                    annotation_ = 0;
            } else if (string_) {
                if (c == string_) {
                    string_ = 0;
                    continue;
                }
                l.code[i] = 'x';
                if (c == '\\' && string_ == '"' && i + 1 < raw.size())
                    l.code[++i] = 'x';
            } else if (c == '\'' || c == '"') {
                string_ = c;
            } else if (c == '#') {
                read_disabled(raw.substr(i), disabled);
                for (; i < raw.size(); i++)
                    hide(i);
            } else if (c == '@') {
                size_t open = i + 1;
                while (open < raw.size() && (is_word(raw[open]) || is_blank(raw[open]) ||
                                             raw[open] == '.' || raw[open] == '-'))
                    open++;
                char o = open < raw.size() ? raw[open] : 0;
                if (o != '(' && o != '[' && o != '{')
                    continue;
                annotation_ = o == '(' ? ')' : o == '[' ? ']' : '}';
                for (; i < open; i++)
                    hide(i);
                hide(i);
            } else if (c == '<' && raw.substr(i).starts_with("<<") && i + 2 < raw.size() &&
                       is_word(raw[i + 2]) && !is_digit(raw[i + 2])) {
                size_t end = i + 2;
                while (end < raw.size() && is_word(raw[end]))
                    end++;
                heredocs_.emplace_back(raw.substr(i + 2, end - i - 2));
                i = end - 1;
            }
        }
        // A string goes on in the next line only behind a backslash.
        if (string_ && !(string_ == '"' && raw.ends_with('\\')))
            string_ = 0;
    }

    std::string_view text_;
    char string_ = 0, annotation_ = 0;
    std::deque<std::string> heredocs_;
};

}  // namespace

std::vector<LintLine> lint_lines(std::string_view text) { return Scanner(text).run(); }

std::vector<LintToken> LintLine::tokens() const {
    std::vector<LintToken> out;
    std::string_view s = std::string_view(code).substr(0, length);
    for (size_t i = 0; i < s.size();) {
        char c = s[i];
        size_t end = i + 1;
        LintToken::Kind kind = LintToken::op;
        if (is_blank(c) || c == '\f') {
            i++;
            continue;
        }
        if (is_digit(c)) {
            kind = LintToken::number;
            while (end < s.size() && (is_word(s[end]) ||
                                      (s[end] == '.' && end + 1 < s.size() &&
                                       is_digit(s[end + 1]) && s[end - 1] != '.') ||
                                      ((s[end] == '+' || s[end] == '-') &&
                                       (s[end - 1] | 32) == 'e' && s.substr(i, 2) != "0x")))
                end++;
        } else if (is_word(c)) {
            kind = LintToken::word;
            while (end < s.size() && is_word(s[end]))
                end++;
        } else if (c == '\'' || c == '"') {
            kind = LintToken::string;
            end = std::min(s.find(c, i + 1), s.size() - 1) + 1;
        } else if (s.substr(i).starts_with("<<") && i + 2 < s.size() && is_word(s[i + 2])) {
            kind = LintToken::string;
            for (end = i + 2; end < s.size() && is_word(s[end]);)
                end++;
        } else {
            for (std::string_view two : {"==", "!=", "<=", ">=", "?=", "&&", "||", ".."})
                if (s.substr(i, 2) == two)
                    end = i + 2;
        }
        out.push_back({kind, i, end, s.substr(i, end - i)});
        i = end;
    }
    return out;
}

}  // namespace weft::compiler
