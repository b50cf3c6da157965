// Messages in the one shape the suite uses: position, source line, caret, hint, trace.
#include "base/error.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft {

Error::Error(int status, std::string message, Where where, std::string hint)
    : status(status), message(std::move(message)), where(std::move(where)), hint(std::move(hint)) {}

Error& Error::while_doing(std::string what) & {
    trace.push_back({{}, std::move(what)});
    return *this;
}
Error&& Error::while_doing(std::string what) && { return std::move(while_doing(std::move(what))); }

static std::string position(const Where& w) {
    std::string s = w.file;
    if (w.line)
        s += fmt::format(":{}", w.line);
    if (w.line && w.col)
        s += fmt::format(":{}", w.col);
    return s;
}

/// The source line under its number, and ^~~~ below the part that is meant. Tabs count as one
/// column in positions, so they are shown as one blank.
static std::string caret(const Where& w, std::string_view line) {
    constexpr size_t widest = 160;
    std::string shown(line.substr(0, widest));
    std::replace(shown.begin(), shown.end(), '\t', ' ');
    std::string s =
        fmt::format("{:>5} | {}{}\n", w.line, shown, line.size() > widest ? " ..." : "");
    if (w.col < 1 || size_t(w.col) > widest)
        return s;
    // Columns count characters: a UTF-8 continuation byte takes no place of its own on the screen.
    int width = 1;
    if (w.end_line == w.line && w.end_col > w.col)
        width = w.end_col - w.col + 1;
    else if (w.end_line > w.line)
        width = std::max(1, int(line.size()) - w.col + 1);
    width = std::min(width, int(std::max<size_t>(line.size(), w.col)) - w.col + 1);
    s += "      | " + std::string(w.col - 1, ' ') + '^' + std::string(std::max(0, width - 1), '~') +
         '\n';
    return s;
}

std::string Error::text(std::string_view program, std::string_view severity) const {
    std::string s;
    if (!where.file.empty())
        s = position(where) + ": ";
    else if (!program.empty())
        s = std::string(program) + ": ";
    s += fmt::format("{}: {}\n", severity, message);
    if (!line.empty() && where.line)
        s += caret(where, line);
    if (!hint.empty())
        s += "hint: " + hint + '\n';
    for (const Frame& f : trace) {
        s += "  " + f.what;
        if (!f.where.file.empty())
            s += ' ' + position(f.where);
        s += '\n';
        if (!f.line.empty() && f.where.line)
            s += caret(f.where, f.line);
    }
    return s;
}

Error system_error(std::string what, int status) {
    int code = errno;
    Error e(status, what + ": " + std::strerror(code));
    if (code == ENOSPC || code == EDQUOT)
        e.hint = "free some space and run it again; nothing was lost";
    return e;
}

void bug(std::string_view what) {
    std::fprintf(stderr, "bug: %.*s\n", int(what.size()), what.data());
    std::abort();
}

static int distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); i++)
        for (size_t j = 0; j <= b.size(); j++) {
            if (!i || !j) {
                d[i][j] = int(i + j);
                continue;
            }
            d[i][j] = std::min(
                {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates,
                         int limit) {
    // A three-letter word is two changes from nearly everything: be stricter with short ones.
    int best = std::min(limit, int(word.size()) / 3 + (word.size() > 1)) + 1;
    std::string_view found;
    for (std::string_view c : candidates) {
        if (c.size() > word.size() + size_t(limit) || word.size() > c.size() + size_t(limit) ||
            c.size() > 200)
            continue;
        if (int n = distance(word, c); n && n < best) {
            best = n;
            found = c;
        }
    }
    if (found.empty())  // a name given without its ending, or the other way round: to_lower,
                        // to_lowercase
        for (std::string_view c : candidates)
            if (word.size() >= 4 && c.starts_with(word) &&
                (found.empty() || c.size() < found.size()))
                found = c;
    return found;
}

std::string_view line_of(std::string_view text, int n) {
    size_t at = 0;
    for (; n > 1; n--) {
        at = text.find('\n', at);
        if (at == std::string_view::npos)
            return {};
        at++;
    }
    std::string_view line = text.substr(at, text.find('\n', at) - at);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

}  // namespace weft
