// Each rule is that of the reader's own manual page; t/ncm/quote.t asks the readers themselves.
#include "ncm/quote.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.hh"

namespace weft::ncm {

static bool one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
static bool alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)); }
static bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// The value in a message: enough of it to find it, without line ends.
static std::string shown(std::string_view s) {
    std::string out;
    for (char c : s.substr(0, 60))
        out += control(c) ? '?' : c;
    return "'" + out + (s.size() > 60 ? "...'" : "'");
}

static Error unsayable(std::string_view s, std::string_view why, std::string hint = {}) {
    return Error(exit_data, fmt::format("{}: {}", shown(s), why), {}, std::move(hint));
}

static void no_zero_byte(std::string_view s) {
    if (s.find('\0') != std::string_view::npos)
        throw unsayable(s, "a shell cannot hold a zero byte");
}

const std::string& variable_name(const std::string& name) {
    bool good = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
    for (char c : name)
        good = good && (alnum(c) || c == '_');
    if (!good)
        throw Error(exit_data, shown(name) + " is no name of a variable: letters, digits and '_'");
    return name;
}

std::string sh_word(std::string_view s) {
    no_zero_byte(s);
    bool simple = !s.empty() && s[0] != '~';
    std::string quoted;
    for (char c : s) {
        simple = simple && (alnum(c) || one_of(c, "/._-+@%:,~"));
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return simple ? std::string(s) : "'" + quoted + "'";
}

/// How long the reference to a variable is that begins at a '$': $NAME or ${NAME}; 0 for none.
static size_t reference(std::string_view s, size_t at) {
    bool braces = at + 1 < s.size() && s[at + 1] == '{';
    size_t from = at + 1 + braces, end = from;
    while (end < s.size() && (alnum(s[end]) || s[end] == '_'))
        end++;
    if (end == from || std::isdigit(static_cast<unsigned char>(s[from])))
        return 0;
    if (braces)
        return end < s.size() && s[end] == '}' ? end + 1 - at : 0;
    return end - at;
}

std::string sh_text(std::string_view s) {
    no_zero_byte(s);
    std::string out = "\"";
    for (size_t i = 0; i < s.size(); i++) {
        if (size_t n = s[i] == '$' ? reference(s, i) : 0) {
            out += s.substr(i, n);
            i += n - 1;
            continue;
        }
        if (one_of(s[i], "\\\"`$"))
            out += '\\';
        out += s[i];
    }
    return out + "\"";
}

/// csh has no escape inside double quotes but for '!' and line ends: what is special there stands
/// between single quotes.
std::string csh_text(std::string_view s) {
    no_zero_byte(s);
    std::string out = "\"";
    for (size_t i = 0; i < s.size(); i++) {
        char c = s[i];
        if (c == '\n' || c == '\r')
            throw unsayable(s, "csh cannot hold a line end in a value");
        if (size_t n = c == '$' ? reference(s, i) : 0) {
            out += s.substr(i, n);
            // What follows must not be taken for a modifier or an index of the variable.
            if (i + n < s.size() && one_of(s[i + n], ":[") && s[i + 1] != '{')
                out.replace(out.size() - n, n, "${" + std::string(s.substr(i + 1, n - 1)) + "}");
            if (i + n < s.size() && one_of(s[i + n], ":["))
                out += "\"\"";
            i += n - 1;
        } else if (c == '!') {
            out += "\\!";
        } else if (one_of(c, "\"`$\\")) {
            out += std::string("\"'") + c + "'\"";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

/// Is this one word of a shell: quotes closed, no blank, operator or comment outside of them?
static bool one_sh_word(std::string_view s, std::string_view ends = " \t;&|<>()") {
    char quote = 0;
    for (size_t i = 0; i < s.size(); i++) {
        if (s[i] == '\\' && quote != '\'') {
            if (++i == s.size())
                return false;
        } else if (s[i] == quote) {
            quote = 0;
        } else if (!quote && one_of(s[i], "'\"`")) {
            quote = s[i];
        } else if (!quote && (one_of(s[i], ends) || (s[i] == '#' && i == 0))) {
            return false;
        }
    }
    return !quote;
}

std::string sh_value(std::string_view s) {
    no_zero_byte(s);
    if (s.find_first_of("\n\r") != std::string_view::npos)
        throw unsayable(s, "a line end cannot be part of the value");
    size_t from = std::min(s.find_first_not_of(" \t"), s.size());
    s = s.substr(from, s.find_last_not_of(" \t") + 1 - from);
    bool array = s.size() > 1 && s.front() == '(' && s.back() == ')' &&
                 one_sh_word(s.substr(1, s.size() - 2), ";&|<>()");
    if (one_sh_word(s) || array)
        return std::string(s);
    // In double quotes variables are still looked up, as in a value without blanks.
    bool simple = s.find_first_of("\"\\`") == std::string_view::npos;
    return simple ? fmt::format("\"{}\"", s) : sh_word(s);
}

std::vector<std::string> shell_words(std::string_view s) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = 0;
    for (size_t i = 0; i < s.size(); i++) {
        char c = s[i];
        if (!quote && one_of(c, " \t\n\r")) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true))
            words.emplace_back();
        if (c == quote) {
            quote = 0;
        } else if (!quote && one_of(c, "'\"")) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < s.size() &&
                   (!quote || one_of(s[i + 1], "\\\"$`"))) {
            words.back() += s[++i];
        } else {
            words.back() += c;
        }
    }
    if (quote)
        throw unsayable(s, fmt::format("the {} is not closed", quote));
    return words;
}

// ---- escapes of JSON and TOML

static std::string escaped(std::string_view s, bool toml) {
    std::string out = "\"";
    for (char c : s) {
        size_t at = std::string_view("\"\\\b\f\n\r\t").find(c);
        if (at != std::string_view::npos) {
            out += '\\';
            out += "\"\\bfnrt"[at];
        } else if (control(c) && (c != 0x7f || toml)) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

/// The code point at s[at], and how many bytes it takes; Error(65) for what is not UTF-8.
static uint32_t code_point(std::string_view s, size_t& at) {
    auto byte = [&](size_t i) {
        return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
    };
    uint32_t first = byte(at), c = first;
    size_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (more)
        c = first & (0x3F >> more);
    bool good = first < 0x80 || (first >= 0xC2 && first < 0xF5);
    for (size_t i = 1; i <= more; i++) {
        good = good && (byte(at + i) & 0xC0) == 0x80;
        c = c << 6 | (byte(at + i) & 0x3F);
    }
    good = good && (more < 2 || c >= (more == 2 ? 0x800u : 0x10000u)) && c < 0x110000 &&
           (c < 0xD800 || c > 0xDFFF);
    if (!good)
        throw unsayable(s, "it is not UTF-8");
    at += more + 1;
    return c;
}

static std::string_view utf8(std::string_view s) {
    for (size_t at = 0; at < s.size();)
        code_point(s, at);
    return s;
}

static bool blank(uint32_t c) {
    return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xA0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool comment_inside(std::string_view s) {
    uint32_t before = 0, sign = 0;
    for (size_t at = 0; at < s.size();) {
        uint32_t c = code_point(s, at);
        if (blank(before) && sign == ';' && blank(c))
            return true;
        before = sign;
        sign = c;
    }
    return false;
}

bool blank_at_ends(std::string_view s) {
    bool found = false;
    for (size_t at = 0; at < s.size();) {
        bool first = at == 0;
        uint32_t c = code_point(s, at);
        found = found || ((first || at == s.size()) && blank(c));
    }
    return found;
}

std::string json_text(std::string_view s) { return escaped(utf8(s), false); }
std::string toml_text(std::string_view s) { return escaped(utf8(s), true); }

std::string toml_key(std::string_view s) {
    bool bare = !s.empty();
    for (char c : s)
        bare = bare && (alnum(c) || c == '_' || c == '-');
    return bare ? std::string(s) : toml_text(s);
}

// ---- Java's properties

static std::string properties_text(std::string_view s, bool key) {
    std::string out;
    for (size_t at = 0; at < s.size();) {
        bool first = at == 0;
        uint32_t c = code_point(s, at);
        size_t known =
            c < 0x80 ? std::string_view("\t\n\r\\").find(char(c)) : std::string_view::npos;
        if (known != std::string_view::npos) {
            out += '\\';
            out += "tnr\\"[known];
        } else if (c > 0xFFFF) {
            out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((c - 0x10000) >> 10),
                               0xDC00 + ((c - 0x10000) & 0x3FF));
        } else if (c < 0x20 || c > 0x7E) {
            out += fmt::format("\\u{:04x}", c);
        } else {
            bool special = key ? one_of(char(c), "\"' =:") || (first && one_of(char(c), "#!"))
                               : first && c == ' ';
            if (special)
                out += '\\';
            out += char(c);
        }
    }
    return out;
}

std::string properties_key(std::string_view s) { return properties_text(s, true); }
std::string properties_value(std::string_view s) { return properties_text(s, false); }

// ---- ssh

std::string ssh_word(std::string_view s) {
    bool simple = !s.empty() && s[0] != '#';
    std::string quoted;
    for (char c : s) {
        if (control(c))
            throw unsayable(s, "ssh cannot hold a control character in a value");
        simple = simple && !one_of(c, " \"'\\");
        if (one_of(c, "\"\\"))
            quoted += '\\';
        quoted += c;
    }
    return simple ? std::string(s) : "\"" + quoted + "\"";
}

// ---- cron

std::string cron_value(std::string_view s) {
    if (s.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
        throw unsayable(s, "a crontab cannot hold a line end in a value");
    if (s.size() > 900)
        throw unsayable(s, "cron reads no lines of more than 1000 bytes");
    bool bare = !s.empty() && !one_of(s.front(), " \t\"'") && !one_of(s.back(), " \t");
    if (bare)
        return std::string(s);
    for (char quote : {'"', '\''})
        if (s.find(quote) == std::string_view::npos)
            return quote + std::string(s) + quote;
    throw unsayable(s,
                    "a crontab cannot hold both kinds of quotes in a value that begins with one");
}

struct CronField {
    std::string_view name;
    long least, most;
    std::string_view words;  ///< three letters each, from the least on
};
static constexpr CronField cron_fields[] = {
    {"minute", 0, 59, ""},
    {"hour", 0, 23, ""},
    {"day", 1, 31, ""},
    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"weekday", 0, 7, "sunmontuewedthufrisat"}};

static long cron_number(std::string_view text, const CronField& f) {
    std::string low(text);
    std::transform(low.begin(), low.end(), low.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    if (size_t at = f.words.find(low);
        low.size() == 3 && at != std::string_view::npos && at % 3 == 0)
        return f.least + long(at / 3);
    return parse_number(text, f.name, f.least, f.most);
}

/// Lists of *, N, N-M, each with a step of /N behind it.
static void check_cron_field(std::string_view text, const CronField& f) {
    for (size_t at = 0; at <= text.size();) {
        size_t end = std::min(text.find(',', at), text.size());
        std::string_view part = text.substr(at, end - at);
        at = end + 1;
        size_t slash = part.find('/');
        bool range = part.substr(0, slash) == "*";
        if (!range) {
            std::string_view ends = part.substr(0, slash);
            size_t dash = ends.find('-');
            range = dash != std::string_view::npos;
            long from = cron_number(ends.substr(0, dash), f);
            if (range && cron_number(ends.substr(dash + 1), f) < from)
                throw unsayable(ends,
                                fmt::format("this range of the {} ends before it begins", f.name));
        }
        if (slash == std::string_view::npos)
            continue;
        if (!range)
            throw unsayable(part, fmt::format("a step of the {} needs a range", f.name));
        parse_number(part.substr(slash + 1), "step", 1, f.most);
    }
}

std::string cron_time(std::string_view s) {
    static constexpr std::string_view words[] = {"@reboot", "@yearly", "@annually", "@monthly",
                                                 "@weekly", "@daily",  "@midnight", "@hourly"};
    std::vector<std::string> fields = shell_words(s);
    if (fields.size() == 1 &&
        std::find(std::begin(words), std::end(words), fields[0]) != std::end(words))
        return fields[0];
    if (fields.size() != 5)
        throw Error(exit_data, "when? five fields, an @word or timing are needed, not " + shown(s));
    std::string out;
    for (size_t i = 0; i < 5; i++) {
        check_cron_field(fields[i], cron_fields[i]);
        out += (i ? " " : "") + fields[i];
    }
    return out;
}

bool cron_cuts(std::string_view command) {
    for (size_t at = 0; (at = command.find('%', at)) != std::string_view::npos; at++)
        if (at == 0 || command[at - 1] != '\\')
            return true;
    return false;
}

// ---- numbers

std::string number_as_perl(double d) {
    // A whole number that fits into 64 bits is one for Perl.
    if (d == std::floor(d) && d >= -9223372036854775808.0 && d < 18446744073709551616.0)
        return fmt::format("{:.0f}", d == 0 ? 0.0 : d);
    return fmt::format("{:.15g}", d);
}

long parse_number(std::string_view text, std::string_view what, long least, long most) {
    long n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size() || n < least ||
        n > most)
        throw Error(exit_data, fmt::format("{} {} is no number from {} to {}", what, shown(text),
                                           least, most));
    return n;
}

unsigned parse_mode(std::string_view text, std::string_view what) {
    unsigned n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n, 8);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size() || n > 07777)
        throw Error(exit_data,
                    fmt::format("{} {} is no octal number from 0 to 7777", what, shown(text)));
    return n;
}

}  // namespace weft::ncm
