// A recursive descent over Java's syntax that writes PCRE2's. Flags, line ends, predefined classes
// and set operations are all resolved here, so that PCRE2 needs no options and its own rules never
// show.
#include "compiler/values/java_regex.hh"

#include <fmt/core.h>

#include <vector>

#include "compiler/text/utf16.hh"
#include "compiler/values/char_class.hh"

namespace weft::compiler {
namespace {

constexpr int max_nesting = 200;
constexpr size_t max_pattern = 100'000;
constexpr char32_t end_of_pattern = 0xFFFFFFFF;
constexpr char reference_mark = '\1';  // around a group number until the number of groups is known

struct Char {
    char32_t value;
    bool quoted;  // between \Q and \E: stands for itself
};

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) { return c < 0x80 && (c | 32) >= 'a' && (c | 32) <= 'z'; }
bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
int hex_value(char32_t c) {
    if (is_digit(c))
        return int(c - '0');
    return c < 0x80 && (c | 32) >= 'a' && (c | 32) <= 'f' ? int((c | 32) - 'a' + 10) : -1;
}

class Translator {
public:
    Translator(std::string_view java, RegexFlags flags) : flags_(flags) {
        if (java.size() > max_pattern)
            throw RegexError(fmt::format("it is longer than {} bytes", max_pattern));
        std::vector<char32_t> all;
        for (size_t i = 0; i < java.size();) {
            CodePoint c = code_point(java, i);
            all.push_back(c.value);
            i += c.bytes;
        }
        bool quoted = false;
        for (size_t i = 0; i < all.size(); i++) {
            char32_t next = i + 1 < all.size() ? all[i + 1] : 0;
            if (all[i] == '\\' && next == (quoted ? 'E' : 'Q')) {
                quoted = !quoted;
                i++;
            } else {
                text_.push_back({all[i], quoted});
                if (all[i] == '\\' && !quoted && i + 1 < all.size())
                    text_.push_back({all[++i], false});
            }
        }
    }

    TranslatedRegex run() {
        std::string out = alternatives();
        if (at_ < text_.size())
            fail("a ')' without '('", at_);
        TranslatedRegex r;
        r.pcre = with_references(out);
        r.groups = groups_;
        r.names = names_;
        if (only_literal_)
            r.literal = literal_;
        return r;
    }

private:
    [[noreturn]] static void fail(std::string_view what) { throw RegexError(std::string(what)); }
    [[noreturn]] static void fail(std::string_view what, size_t at) {
        throw RegexError(fmt::format("{} (position {})", what, at), int(at));
    }

    // ---- characters
    void skip_comments() {
        if (!flags_.comments)
            return;
        while (at_ < text_.size() && !text_[at_].quoted) {
            char32_t c = text_[at_].value;
            if (is_blank(c)) {
                at_++;
            } else if (c == '#') {
                while (at_ < text_.size() && !ends_line(text_[at_].value))
                    at_++;
            } else {
                return;
            }
        }
    }
    bool ends_line(char32_t c) const {
        return c == '\n' ||
               (!flags_.unix_lines && (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029));
    }
    /// The next character that may have a meaning; a quoted one is never a sign.
    char32_t sign(size_t ahead = 0) const {
        if (at_ + ahead >= text_.size())
            return end_of_pattern;
        return text_[at_ + ahead].quoted ? 0xFFFFFFFE : text_[at_ + ahead].value;
    }
    bool take(char32_t c) {
        if (sign() != c)
            return false;
        at_++;
        return true;
    }
    /// Of an escape: the next character whatever it is.
    char32_t next_raw(std::string_view missing) {
        if (at_ >= text_.size())
            fail(missing, at_);
        return text_[at_++].value;
    }

    // ---- structure
    std::string alternatives() {
        std::string out = sequence();
        while (take('|')) {
            only_literal_ = false;
            out += '|';
            out += sequence();
        }
        return out;
    }

    std::string sequence() {
        std::string out;
        for (;;) {
            skip_comments();
            char32_t c = sign();
            if (c == end_of_pattern || c == '|' || c == ')')
                return out;
            if (c == '(' && sets_flags())
                continue;
            std::string item = atom();
            skip_comments();
            std::string times = quantifier();
            if (!times.empty())
                only_literal_ = false;
            // An assertion is wrapped: PCRE2 refuses to repeat some of them.
            bool assertion = item.starts_with("(?=") || item.starts_with("(?!") ||
                             item.starts_with("(?<") || item == "\\b" || item == "\\B" ||
                             item == "\\A" || item == "\\z" || item == "\\G";
            out += assertion && !times.empty() ? "(?:" + item + ")" : item;
            out += times;
            if (!times.empty() &&
                (sign() == '*' || sign() == '+' || sign() == '?' || sign() == '{'))
                fail("a repetition of a repetition: put the inner one into (?:...)", at_);
        }
    }

    std::string quantifier() {
        std::string out;
        switch (sign()) {
            case '*':
            case '+':
            case '?': out += char(text_[at_++].value); break;
            case '{': out = counted(); break;
            default: return out;
        }
        if (sign() == '?' || sign() == '+')
            out += char(text_[at_++].value);
        return out;
    }

    std::string counted() {
        size_t from = at_++;
        auto number = [&](uint32_t otherwise) {
            if (!is_digit(sign()))
                return otherwise;
            uint32_t n = 0;
            while (is_digit(sign())) {
                n = n * 10 + uint32_t(text_[at_++].value - '0');
                if (n > 65535)
                    fail("more than 65535 repetitions", from);
            }
            return n;
        };
        constexpr uint32_t none = 1 << 20;
        uint32_t low = number(none), high = low;
        if (low == none)
            fail("'{' is not followed by a number of repetitions; write \\{ for the character",
                 from);
        bool range = take(',');
        if (range)
            high = number(none);
        if (!take('}'))
            fail("the repetition is not closed by '}'", from);
        if (range && high != none && high < low)
            fail("the repetition ends below its beginning", from);
        if (!range)
            return fmt::format("{{{}}}", low);
        return high == none ? fmt::format("{{{},}}", low) : fmt::format("{{{},{}}}", low, high);
    }

    std::string atom() {
        char32_t c = sign();
        if (c != '(' && c != '[' && c != '.' && c != '^' && c != '$' && c != '\\') {
            if (c == '*' || c == '+' || c == '?')
                fail(fmt::format("nothing stands before '{}' to repeat", char(c)), at_);
            if (c == '{')
                fail("'{' has nothing to repeat; write \\{ for the character", at_);
            return literal(text_[at_++].value);
        }
        if (c != '\\')
            only_literal_ = false;
        switch (c) {
            case '(': return group();
            case '[': at_++; return char_class(at_ - 1).pcre();
            case '.':
                at_++;
                if (flags_.dot_all)
                    return "(?s:.)";
                return line_ends().negate().pcre();
            case '^':
                at_++;
                if (!flags_.multi_line)
                    return "\\A";
                return flags_.unix_lines ? "(?:(?:\\A|(?<=\\n))(?!\\z))"
                                         : "(?:(?:\\A|(?<=[\\n\\x{85}\\x{2028}\\x{2029}])|(?<=\\r)("
                                           "?!\\n))(?!\\z))";
            case '$': at_++; return dollar(flags_.multi_line);
            default: return escaped();
        }
    }

    CharClass line_ends() const {
        return flags_.unix_lines
                   ? CharClass({{'\n', '\n'}})
                   : CharClass({{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}});
    }

    std::string dollar(bool every_line) const {
        if (flags_.unix_lines)
            return every_line ? "(?:(?=\\n)|\\z)" : "(?:(?=\\n\\z)|\\z)";
        return every_line ? "(?:(?=[\\r\\x{85}\\x{2028}\\x{2029}])|(?<!\\r)(?=\\n)|\\z)"
                          : "(?:(?=\\r\\n\\z)|(?=[\\r\\x{85}\\x{2028}\\x{2029}]\\z)|(?<!\\r)(?="
                            "\\n\\z)|\\z)";
    }

    std::string literal(char32_t c) {
        if (flags_.ignore_case && (is_letter(c) || (flags_.unicode_case && c >= 0x80))) {
            only_literal_ = false;
            return CharClass({{c, c}}).fold(flags_.unicode_case).pcre();
        }
        append_utf8(literal_, c);
        return pcre_quote(c);
    }

    // ---- groups
    /// (?i-m): changes the flags for the rest of the group it stands in.
    bool sets_flags() {
        if (sign(1) != '?')
            return false;
        size_t i = 2;
        while (is_letter(sign(i)) || sign(i) == '-')
            i++;
        if (sign(i) != ')')
            return false;
        size_t end = at_ + i;
        at_ += 2;
        read_flags();
        at_ = end + 1;
        only_literal_ = false;
        return true;
    }

    void read_flags() {
        bool on = true;
        for (; is_letter(sign()) || sign() == '-'; at_++) {
            switch (sign()) {
                case '-':
                    if (!on)
                        fail("a second '-' among the flags", at_);
                    on = false;
                    break;
                case 'i': flags_.ignore_case = on; break;
                case 'm': flags_.multi_line = on; break;
                case 's': flags_.dot_all = on; break;
                case 'd': flags_.unix_lines = on; break;
                case 'u': flags_.unicode_case = on; break;
                case 'x': flags_.comments = on; break;
                case 'U':
                    flags_.unicode_class = on;
                    if (on)
                        flags_.unicode_case = true;
                    break;
                default:
                    fail(fmt::format("unknown flag '{}'; there are i m s d u x U", char(sign())),
                         at_);
            }
        }
    }

    std::string group() {
        size_t from = at_++;
        if (++nesting_ > max_nesting)
            fail(fmt::format("groups are nested more than {} deep", max_nesting));
        RegexFlags before = flags_;
        std::string head = "(";
        if (take('?')) {
            switch (sign()) {
                case ':':
                case '=':
                case '!':
                case '>':
                    head += '?';
                    head += char(text_[at_++].value);
                    break;
                case '<':
                    at_++;
                    if (sign() == '=' || sign() == '!') {
                        head += "?<";
                        head += char(text_[at_++].value);
                    } else
                        named_group(from);
                    break;
                default:
                    read_flags();
                    if (!take(':'))
                        fail("unknown kind of group after '(?'", from);
                    head += "?:";
            }
        } else {
            groups_++;
        }
        std::string out = head + alternatives() + ')';
        if (!take(')'))
            fail("the group is not closed by ')'; write \\( for the character", from);
        flags_ = before;
        nesting_--;
        return out;
    }

    void named_group(size_t from) {
        std::string name = group_name(from);
        if (!names_.emplace(name, ++groups_).second)
            fail(fmt::format("two groups are named '{}'", name), from);
    }

    std::string group_name(size_t from) {
        std::string name;
        while (is_letter(sign()) || (!name.empty() && is_digit(sign())))
            name += char(text_[at_++].value);
        if (name.empty() || !take('>'))
            fail("a group's name is letters and digits between '<' and '>'", from);
        return name;
    }

    // ---- escapes
    std::string escaped() {
        size_t from = at_;
        char32_t c = next_escape();
        if (c >= '1' && c <= '9')
            return reference(c - '0');
        if (!is_letter(c) || c >= 0x80) {
            at_--;
            return literal(character(from));
        }
        switch (c) {
            case 'A':
            case 'z':
            case 'G':
            case 'b':
            case 'B':
            case 'X':
                only_literal_ = false;
                if (c == 'b' && sign() == '{' && sign(1) == 'g')
                    fail("\\b{...} is not supported", from);
                return std::string("\\") + char(c);
            case 'Z': only_literal_ = false; return dollar(false);
            case 'R':
                only_literal_ = false;
                return "(?:\\r\\n|[\\x{a}-\\x{d}\\x{85}\\x{2028}\\x{2029}])";
            case 'k': {
                only_literal_ = false;
                if (!take('<'))
                    fail("\\k is not followed by '<name>'", from);
                std::string name = group_name(from);
                auto it = names_.find(name);
                if (it == names_.end())
                    fail(fmt::format("no group named '{}' comes before", name), from);
                return to_group(it->second);
            }
        }
        at_--;
        CharClass set;
        if (class_escape(set, from)) {
            only_literal_ = false;
            return set.pcre();
        }
        return literal(character(from));
    }

    /// The character after the backslash at at_, which is passed.
    char32_t next_escape() {
        at_++;
        return next_raw("a single '\\' at the end");
    }

    std::string to_group(int n) const {
        std::string mark = fmt::format("{}{}{}", reference_mark, n, reference_mark);
        return flags_.ignore_case ? "(?i:" + mark + ")" : mark;
    }

    /// As many digits as name a group that has begun, at least one.
    std::string reference(char32_t first) {
        only_literal_ = false;
        int n = int(first);
        while (is_digit(sign()) && n * 10 + int(sign() - '0') <= groups_)
            n = n * 10 + int(text_[at_++].value - '0');
        return to_group(n);
    }

    /// A group that does not exist never matches.
    std::string with_references(const std::string& out) const {
        std::string s;
        for (size_t i = 0; i < out.size(); i++) {
            if (out[i] != reference_mark) {
                s += out[i];
                continue;
            }
            size_t end = out.find(reference_mark, i + 1);
            int n = std::stoi(out.substr(i + 1, end - i - 1));
            s += n <= groups_ ? fmt::format("\\g{{{}}}", n) : "(?:(?!))";
            i = end;
        }
        return s;
    }

    /// \d \p{L} and the like; at_ is on the letter. Nothing is taken when it is none of them.
    bool class_escape(CharClass& set, size_t from) {
        char32_t c = text_[at_].value;
        switch (c) {
            case 'd':
            case 'D':
            case 'w':
            case 'W':
            case 's':
            case 'S':
            case 'h':
            case 'H':
            case 'v':
            case 'V':
                at_++;
                set = escape_class(c, flags_.unicode_class);
                return true;
            case 'p':
            case 'P': {
                at_++;
                std::string name, why;
                if (take('{')) {
                    while (sign() != '}') {
                        if (at_ >= text_.size() || text_[at_].value >= 0x80)
                            fail("\\p{ is not closed", from);
                        name += char(text_[at_++].value);
                    }
                    at_++;
                } else {
                    append_utf8(name, next_raw("\\p is not followed by a name"));
                }
                if (!property_class(name, set, why))
                    fail(why, from);
                if (flags_.ignore_case) {
                    if (name == "Lu" || name == "Ll" || name == "Lt" || name == "IsLu" ||
                        name == "IsLl" || name == "IsLt")
                        set = CharClass::property("[\\p{Lu}\\p{Ll}\\p{Lt}]");
                    else
                        set = set.fold(false);
                }
                if (c == 'P')
                    set = set.negate();
                return true;
            }
        }
        return false;
    }

    uint32_t hex(size_t digits, size_t from) {
        uint32_t v = 0;
        for (size_t i = 0; i < digits; i++, at_++) {
            int h = at_ < text_.size() ? hex_value(text_[at_].value) : -1;
            if (h < 0)
                fail(fmt::format("\\{} is not followed by {} hexadecimal digits",
                                 digits == 2 ? 'x' : 'u', digits),
                     from);
            v = v << 4 | uint32_t(h);
        }
        return v;
    }

    /// The one character that an escape stands for; at_ is behind the backslash.
    char32_t character(size_t from) {
        char32_t c = next_raw("a single '\\' at the end");
        switch (c) {
            case 'a': return 7;
            case 'e': return 27;
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'c': return next_raw("\\c is not followed by a character") ^ 64;
            case '0': {
                if (sign() < '0' || sign() > '7')
                    fail("\\0 is not followed by an octal digit", from);
                char32_t v = 0;
                int most = sign() <= '3' ? 3 : 2;
                for (int i = 0; i < most && sign() >= '0' && sign() <= '7'; i++)
                    v = v * 8 + (text_[at_++].value - '0');
                return v;
            }
            case 'u': {
                char32_t v = hex(4, from);
                if (v >= 0xD800 && v <= 0xDBFF && sign() == '\\' && sign(1) == 'u') {
                    size_t back = at_;
                    at_ += 2;
                    char32_t low = hex(4, from);
                    if (low >= 0xDC00 && low <= 0xDFFF)
                        return 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
                    at_ = back;
                }
                return v;
            }
            case 'x': {
                if (!take('{'))
                    return hex(2, from);
                char32_t v = 0;
                size_t digits = 0;
                for (; at_ < text_.size() && hex_value(text_[at_].value) >= 0; digits++) {
                    v = v << 4 | char32_t(hex_value(text_[at_++].value));
                    if (v > CharClass::highest)
                        fail("\\x{...} is above 10ffff", from);
                }
                if (!digits || !take('}'))
                    fail("\\x{ is not followed by hexadecimal digits and '}'", from);
                return v;
            }
        }
        if (is_letter(c))
            fail(fmt::format("unknown escape \\{}", char(c)), from);
        return c;
    }

    // ---- classes
    /// at_ is behind the '['.
    CharClass char_class(size_t from) {
        if (++nesting_ > max_nesting)
            fail(fmt::format("classes are nested more than {} deep", max_nesting));
        bool negative = take('^');
        CharClass set = class_items(from);
        at_++;  // the ']'
        nesting_--;
        return negative ? set.negate() : set;
    }

    /// Items and intersections up to the closing bracket, which is left.
    CharClass class_items(size_t from) {
        CharClass left, items;
        bool have_left = false, have_items = false;
        auto meet = [&] {
            if (!have_items)
                return;  // a side without items counts for nothing
            left = have_left ? left.intersect(items) : items;
            have_left = true;
            items = CharClass();
            have_items = false;
        };
        for (;;) {
            skip_comments();
            char32_t c = sign();
            if (c == end_of_pattern)
                fail("the class is not closed by ']'", from);
            if (c == ']' && (have_items || have_left))
                break;  // in first place it is an item
            if (c == '&' && sign(1) == '&') {
                meet();
                while (sign() == '&')
                    at_++;
                continue;
            }
            if (c == '[')
                at_++;
            CharClass item = c == '[' ? char_class(at_ - 1) : class_item();
            items = have_items ? items.unite(item) : item;
            have_items = true;
        }
        meet();
        return left;
    }

    /// One end of a range: a character, or (when `set` is not null) perhaps a predefined class,
    /// then nothing.
    std::optional<char32_t> class_character(CharClass* set) {
        size_t from = at_;
        if (sign() != '\\')
            return next_raw("a range without end");
        next_escape();
        at_--;
        CharClass predefined;
        if (!class_escape(set ? *set : predefined, from))
            return character(from);
        if (!set)
            fail("a range ends in a class of characters", from);
        return std::nullopt;
    }

    CharClass class_item() {
        size_t from = at_;
        CharClass set;
        auto low = class_character(&set), high = low;
        if (!low)
            return set;
        skip_comments();
        if (sign() == '-' && sign(1) != '[' && sign(1) != ']' && sign(1) != end_of_pattern) {
            at_++;
            skip_comments();
            high = class_character(nullptr);
            if (*high < *low)
                fail("a range ends below its beginning", from);
        }
        set = CharClass({{*low, *high}});
        return flags_.ignore_case ? set.fold(flags_.unicode_case) : set;
    }

    std::vector<Char> text_;
    size_t at_ = 0;
    RegexFlags flags_;
    int groups_ = 0, nesting_ = 0;
    std::map<std::string, int> names_;
    bool only_literal_ = true;
    std::string literal_;
};

}  // namespace

TranslatedRegex translate_regex(std::string_view java, RegexFlags flags) {
    return Translator(java, flags).run();
}

}  // namespace weft::compiler
