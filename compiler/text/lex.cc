// Template text to tokens, one pass, no copies but of string contents.
#include "compiler/text/lex.hh"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>

namespace weft::compiler {

static bool letter(unsigned char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static bool digit(unsigned char c) { return c >= '0' && c <= '9'; }
static bool word_char(unsigned char c) { return letter(c) || digit(c) || c == '_'; }
static bool name_char(unsigned char c) {
    return word_char(c) || c == '-' || c == '+' || c == '.' || c == '/';
}

std::string describe(const Token& t) {
    if (t.type == T::end)
        return "end of file";
    std::string_view shown = t.text.substr(0, 40);
    switch (t.type) {
        case T::identifier: return fmt::format("name '{}'", shown);
        case T::keyword: return fmt::format("keyword '{}'", shown);
        case T::name: return fmt::format("template name '{}'", shown);
        case T::long_:
        case T::double_: return fmt::format("number {}", shown);
        case T::string: {
            if (shown.size() < t.text.size())
                return "a string";
            return fmt::format("string {}", shown);
        }
        case T::heredoc: return fmt::format("heredoc '{}'", shown);
        default: return fmt::format("'{}'", shown);
    }
}

void Lexer::fail(std::string message, Span s, std::string hint) const {
    throw TemplateError(ErrorClass::parse, std::move(message),
                        {file_, int(s.line), int(s.col), int(s.end_line), int(s.end_col)},
                        std::move(hint));
}

Span Lexer::here(size_t from_line, size_t from_col) const {
    return {uint32_t(from_line), uint32_t(from_col), last_line_, last_col_};
}

/// Move on, counting lines and characters (a UTF-8 continuation byte is none of its own).
void Lexer::advance(size_t to) {
    while (at_ < to) {
        unsigned char c = static_cast<unsigned char>(text_[at_]);
        if (c == '\n' || (c == '\r' && !(at_ + 1 < text_.size() && text_[at_ + 1] == '\n'))) {
            last_line_ = line_;
            last_col_ = col_;
            line_++;
            col_ = 1;
        } else if ((c & 0xC0) != 0x80) {
            last_line_ = line_;
            last_col_ = col_;
            col_++;
        }
        at_++;
    }
}

bool Lexer::skip_blank() {
    while (at_ < text_.size()) {
        unsigned char c = static_cast<unsigned char>(text_[at_]);
        if (c == ' ' || c == '\t' || c == '\f') {
            last_line_ = line_;
            last_col_ = col_++;
            at_++;
        } else if (c == '\n' || c == '\r') {
            if (scanning_)
                return false;
            size_t end =
                at_ + (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1);
            if (at_ == resume_from_) {
                at_ = resume_at_;
                line_ += resume_lines_ + 1;
                col_ = 1;
                resume_from_ = std::string_view::npos;
            } else {
                advance(end);
            }
        } else if (c == '#') {
            size_t end = text_.find_first_of("\r\n", at_);
            advance(std::min(end, text_.size()));
        } else if (c == '@') {
            annotation();
        } else {
            return true;
        }
    }
    return false;
}

void Lexer::annotation() {
    uint32_t l = line_, c = col_;
    size_t i = at_ + 1;
    auto blank = [&] {
        while (i < text_.size() &&
               std::string_view(" \t\f\r\n").find(text_[i]) != std::string_view::npos)
            i++;
    };
    blank();
    size_t start = i;
    while (i < text_.size() &&
           (word_char(static_cast<unsigned char>(text_[i])) || text_[i] == '.' || text_[i] == '-'))
        i++;
    Annotation a{std::string(text_.substr(start, i - start)), {}};
    blank();
    char open = i < text_.size() ? text_[i] : 0;
    char close = open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : 0;
    if (!close) {
        advance(at_ + 1);
        fail("'@' does not begin an annotation", here(l, c),
             "an annotation is @name{...}, @name(...) or @name[...]");
    }
    size_t end = text_.find(close, i + 1);
    if (end == std::string_view::npos) {
        advance(at_ + 1);
        fail(fmt::format("annotation without its closing '{}'", close), here(l, c));
    }
    std::string_view inner = text_.substr(i + 1, end - i - 1);
    advance(end + 1);
    if (scanning_)
        return;
    if (std::string wrong = parse_annotation(inner, a); !wrong.empty())
        fail(wrong, here(l, c));
    annotations_.push_back(std::move(a));
}

Token Lexer::next() {
    Token t;
    bool more = skip_blank();
    t.offset = at_;
    t.annotations = uint32_t(annotations_.size());
    uint32_t l = line_, c = col_;
    if (!more) {
        t.span = {l, c, l, c};
        t.end = at_;
        return t;
    }
    auto finish = [&](T type, size_t end) {
        t.type = type;
        advance(end);
    };
    unsigned char ch = static_cast<unsigned char>(text_[at_]);
    char after = at_ + 1 < text_.size() ? text_[at_ + 1] : 0;
    if (name_mode_ && name_char(ch)) {
        name_mode_ = false;
        size_t e = at_;
        while (e < text_.size() && name_char(static_cast<unsigned char>(text_[e])))
            e++;
        finish(T::name, e);
    } else if (letter(ch) || ch == '_') {
        size_t e = at_;
        while (e < text_.size() && word_char(static_cast<unsigned char>(text_[e])))
            e++;
        t.word = reserved(text_.substr(at_, e - at_));
        finish(t.word == Word::none ? T::identifier : T::keyword, e);
        if (t.word == Word::template_)
            name_mode_ = true;
    } else if (digit(ch)) {
        number(t);
    } else if (ch == '\'') {
        single_quoted(t);
    } else if (ch == '"') {
        double_quoted(t);
    } else if (ch == '<' && after == '<') {
        heredoc(t);
    } else {
        auto two = [&](char second, T yes, T no) {
            after == second ? finish(yes, at_ + 2) : finish(no, at_ + 1);
        };
        switch (ch) {
            case '?': two('=', T::maybe, T::question); break;
            case ':': finish(T::colon, at_ + 1); break;
            case ';': finish(T::semicolon, at_ + 1); break;
            case ',': finish(T::comma, at_ + 1); break;
            case '(': finish(T::lparen, at_ + 1); break;
            case ')': finish(T::rparen, at_ + 1); break;
            case '[': finish(T::lbracket, at_ + 1); break;
            case ']': finish(T::rbracket, at_ + 1); break;
            case '{': finish(T::lbrace, at_ + 1); break;
            case '}': finish(T::rbrace, at_ + 1); break;
            case '=': two('=', T::eq, T::assign); break;
            case '+': finish(T::plus, at_ + 1); break;
            case '-': finish(T::minus, at_ + 1); break;
            case '*': finish(T::star, at_ + 1); break;
            case '/': finish(T::slash, at_ + 1); break;
            case '%': finish(T::percent, at_ + 1); break;
            case '!': two('=', T::ne, T::not_); break;
            case '<': two('=', T::le, T::less); break;
            case '>': two('=', T::ge, T::greater); break;
            case '|': two('|', T::or_, T::bar); break;
            case '&': two('&', T::and_, T::amp); break;
            case '^': finish(T::caret, at_ + 1); break;
            case '~': finish(T::tilde, at_ + 1); break;
            case '.':
                if (after == '.') {
                    finish(T::dots, at_ + 2);
                    break;
                }
                [[fallthrough]];
            default: {
                size_t e = at_ + 1;
                while (e < text_.size() && (static_cast<unsigned char>(text_[e]) & 0xC0) == 0x80)
                    e++;
                std::string_view shown = text_.substr(at_, e - at_);
                advance(e);
                std::string said =
                    ch < 0x20 || ch == 0x7F || (ch >= 0x80 && (shown.size() < 2 || ch < 0xC2))
                        ? fmt::format("the byte 0x{:02x}", ch)
                        : fmt::format("'{}'", shown);
                fail(said + " has no meaning here", here(l, c),
                     ch == '$'   ? "variables are written without '$'"
                     : ch == '.' ? "a number needs digits on both sides of the point"
                     : ch == 0   ? "is this a text file?"
                                 : "");
            }
        }
    }
    t.end = at_;
    t.text = text_.substr(t.offset, t.end - t.offset);
    t.span = here(l, c);
    return t;
}

void Lexer::number(Token& t) {
    size_t e = at_;
    auto digits = [&](size_t i) {
        while (i < text_.size() && digit(static_cast<unsigned char>(text_[i])))
            i++;
        return i;
    };
    auto at = [&](size_t i) {
        return i < text_.size() ? text_[i] : '\0';
    };
    uint32_t l = line_, c = col_;
    if (at(e) == '0' && (at(e + 1) | 32) == 'x' &&
        std::isxdigit(static_cast<unsigned char>(at(e + 2)))) {
        size_t start = e += 2;
        while (std::isxdigit(static_cast<unsigned char>(at(e))))
            e++;
        auto [p, ec] = std::from_chars(text_.data() + start, text_.data() + e, t.number, 16);
        advance(e);
        if (ec != std::errc())
            fail("the number does not fit into 64 bits", here(l, c),
                 fmt::format("the largest is 0x{:x}", INT64_MAX));
        t.type = T::long_;
        return;
    }
    e = digits(at_);
    bool real = false;
    if (at(e) == '.' && digit(static_cast<unsigned char>(at(e + 1)))) {
        real = true;
        e = digits(e + 1);
    }
    if ((at(e) | 32) == 'e') {
        size_t x = e + 1 + (at(e + 1) == '+' || at(e + 1) == '-');
        if (digit(static_cast<unsigned char>(at(x)))) {
            real = true;
            e = digits(x);
        }
    }
    std::string_view s = text_.substr(at_, e - at_);
    if (real) {
        t.type = T::double_;
        t.real = std::strtod(std::string(s).c_str(), nullptr);
        advance(e);
        return;
    }
    t.type = T::long_;
    int base = s[0] == '0' ? 8 : 10;
    if (base == 8)
        s = s.substr(0, std::min(s.find_first_not_of("01234567"), s.size()));
    auto [p, ec] = std::from_chars(s.data(), s.data() + s.size(), t.number, base);
    size_t n = s.size();
    bool stray = base == 8 && at_ + n < e;
    std::string_view all = text_.substr(at_, e - at_);
    advance(stray ? e : at_ + n);
    if (stray)
        fail("a number that begins with 0 is octal and has digits up to 7 only", here(l, c),
             fmt::format("without the leading zero it is decimal: {}",
                         all.substr(std::min(all.find_first_not_of('0'), all.size() - 1))));
    if (ec != std::errc())
        fail("the number does not fit into 64 bits", here(l, c),
             fmt::format("the largest is {}; what is not counted with can be a string", INT64_MAX));
}

void Lexer::single_quoted(Token& t) {
    uint32_t l = line_, c = col_;
    t.type = T::string;
    size_t i = at_ + 1;
    for (;;) {
        size_t e = text_.find_first_of("'\r\n", i);
        if (e == std::string_view::npos || text_[e] != '\'') {
            advance(std::min(e, text_.size()));
            fail("the string has no closing quote on its line", here(l, c),
                 "text of several lines is written as <<END ... END");
        }
        t.value.append(text_.substr(i, e - i));
        if (e + 1 < text_.size() && text_[e + 1] == '\'') {
            t.value += '\'';
            i = e + 2;
            continue;
        }
        advance(e + 1);
        return;
    }
}

void Lexer::double_quoted(Token& t) {
    uint32_t l = line_, c = col_;
    t.type = T::string;
    advance(at_ + 1);
    for (;;) {
        size_t e = text_.find_first_of("\"\\\r\n", at_);
        if (e == std::string_view::npos || text_[e] == '\r' || text_[e] == '\n') {
            advance(std::min(e, text_.size()));
            fail("the string has no closing quote on its line", here(l, c),
                 "end the line with a backslash to go on in the next one, or write <<END ... END");
        }
        t.value.append(text_.substr(at_, e - at_));
        advance(e);
        if (text_[e] == '"') {
            advance(e + 1);
            return;
        }
        uint32_t el = line_, ec = col_;
        char x = e + 1 < text_.size() ? text_[e + 1] : 0;
        size_t end = e + 2;
        switch (x) {
            case 'n': t.value += '\n'; break;
            case 't': t.value += '\t'; break;
            case 'r': t.value += '\r'; break;
            case 'b': t.value += '\b'; break;
            case 'f': t.value += '\f'; break;
            case '\\': t.value += '\\'; break;
            case '"': t.value += '"'; break;
            case '\n': break;
            case '\r': end += end < text_.size() && text_[end] == '\n'; break;
            case 'x': {
                unsigned n = 0;
                const char* from = text_.data() + std::min(e + 2, text_.size());
                const char* to = text_.data() + std::min(e + 4, text_.size());
                auto [p, err] = std::from_chars(from, to, n, 16);
                if (err == std::errc() && p == from + 2) {
                    if (n < 0x80)
                        t.value += char(n);
                    else {
                        t.value += char(0xC0 | n >> 6);
                        t.value += char(0x80 | (n & 0x3F));
                    }
                    end = e + 4;
                    break;
                }
                [[fallthrough]];
            }
            default:
                advance(std::min(end, text_.size()));
                fail(fmt::format("'\\{}' is no escape sequence",
                                 x >= ' ' && x < 0x7F ? std::string(1, x) : std::string()),
                     here(el, ec),
                     "there are \\n \\t \\r \\b \\f \\\\ \\\" \\xHH; for a backslash write \\\\ or "
                     "use single quotes");
        }
        advance(std::min(end, text_.size()));
    }
}

void Lexer::heredoc(Token& t) {
    uint32_t l = line_, c = col_;
    size_t e = at_ + 2;
    if (e >= text_.size() || !(letter(static_cast<unsigned char>(text_[e])) || text_[e] == '_')) {
        advance(at_ + 2);
        fail("'<<' needs a name directly after it", here(l, c),
             "text of several lines: <<END, the lines, END alone on a line");
    }
    while (e < text_.size() && word_char(static_cast<unsigned char>(text_[e])))
        e++;
    t.type = T::heredoc;
    size_t offset = at_;
    advance(e);
    if (scanning_) {
        scanned_.emplace_back(offset, std::string(text_.substr(offset + 2, e - offset - 2)));
        return;
    }
    auto it = bodies_.find(offset);
    if (it == bodies_.end()) {
        // Read this line to its end with a second lexer, collecting the names, then the bodies in
        // order.
        Lexer ahead(text_, file_);
        ahead.at_ = at_;
        ahead.line_ = line_;
        ahead.col_ = col_;
        ahead.scanning_ = true;
        ahead.scanned_.emplace_back(offset, std::string(text_.substr(offset + 2, e - offset - 2)));
        while (ahead.next().type != T::end) {
        }
        size_t at = ahead.at_, first = at;
        auto line_end = [&](size_t from, size_t& next) {
            size_t stop = std::min(text_.find_first_of("\r\n", from), text_.size());
            next = stop;
            if (next < text_.size())
                next += text_[next] == '\r' && next + 1 < text_.size() && text_[next + 1] == '\n'
                            ? 2
                            : 1;
            return stop;
        };
        size_t next = 0;
        line_end(at, next);
        at = next;
        uint32_t lines = 0, almost = 0;  // almost: the first line that is the terminator but for
                                         // blanks or a semicolon
        auto is_nearly = [](std::string_view line, std::string_view id) {
            size_t from = line.find_first_not_of(" \t");
            return from != std::string_view::npos && line.substr(from).starts_with(id) &&
                   line.find_first_not_of(" \t;", from + id.size()) == std::string_view::npos &&
                   line != id;
        };
        for (auto& [where, id] : ahead.scanned_) {
            size_t start = at;
            for (;; at = next) {
                if (at >= text_.size()) {
                    Span opener = here(l, c);
                    advance(text_.size());  // whatever follows was meant to be text
                    fail(fmt::format("the text of '<<{}' has no end", id), opener,
                         almost
                             ? fmt::format("line {} has more than {} in it: nothing may stand "
                                           "around it, not even blanks",
                                           almost, id)
                             : fmt::format(
                                   "a line with nothing but {} ends it; no blanks around it", id));
                }
                size_t stop = line_end(at, next);
                lines++;
                if (!almost && is_nearly(text_.substr(at, stop - at), id))
                    almost = line_ + lines;
                if (text_.substr(at, stop - at) == id)
                    break;
            }
            bodies_[where] = std::string(text_.substr(start, at - start));
            at = next;
        }
        resume_from_ = first;
        resume_at_ = at;
        // The line end before the bodies may belong to a string that began further up: lines are
        // counted from there.
        resume_lines_ = lines;
        it = bodies_.find(offset);
    }
    t.value = std::move(it->second);
    bodies_.erase(it);
}

/// key = value entries, or one text called desc.
std::string parse_annotation(std::string_view s, Annotation& a) {
    auto blank = [](char c) {
        return c == ' ' || c == '\t' || c == '\f' || c == '\r' || c == '\n';
    };
    auto good_key = [](std::string_view k) {
        if (k.empty() || !(letter(static_cast<unsigned char>(k[0])) || k[0] == '_'))
            return false;
        bool first = true;
        for (unsigned char c : k) {
            if (!letter(c) && c != '_' && (first || (c != '.' && c != '-')))
                return false;
            if (c == '.' || c == '-')
                first = false;
            if (!letter(c) && c != '_')
                first = false;
        }
        return !(k.size() >= 3 && (k[0] | 32) == 'x' && (k[1] | 32) == 'm' && (k[2] | 32) == 'l');
    };
    if (!a.name.empty() && !good_key(a.name))
        return fmt::format("'{}' is no valid name of an annotation", a.name);
    auto key_at = [&](size_t i, size_t& value) -> std::string_view {
        while (i < s.size() && blank(s[i]))
            i++;
        size_t from = i;
        while (i < s.size() && !blank(s[i]) && s[i] != '=')
            i++;
        std::string_view key = s.substr(from, i - from);
        while (i < s.size() && blank(s[i]))
            i++;
        if (key.empty() || i >= s.size() || s[i] != '=')
            return {};
        value = i + 1;
        return key;
    };
    size_t at = 0, value = 0;
    if (key_at(0, value).empty()) {
        a.entries.emplace_back("desc", std::string(s));
        return {};
    }
    for (;;) {
        while (at < s.size() && blank(s[at]))
            at++;
        if (at >= s.size())
            return {};
        std::string_view key = key_at(at, value);
        if (key.empty())
            return "the annotation is neither text nor a list of 'key = value'";
        if (!good_key(key))
            return fmt::format("'{}' is no valid key of an annotation", key);
        at = value;
        while (at < s.size() && (s[at] == ' ' || s[at] == '\t'))
            at++;
        std::string v;
        if (at < s.size() && (s[at] == '\'' || s[at] == '"')) {
            char quote = s[at++];
            for (;; at++) {
                if (at >= s.size())
                    return "the annotation has a value without its closing quote";
                if (s[at] != quote) {
                    v += s[at];
                    continue;
                }
                if (at + 1 < s.size() && s[at + 1] == quote) {
                    v += quote;
                    at++;
                    continue;
                }
                at++;
                break;
            }
        } else {
            for (; at < s.size() && s[at] != '\n' && s[at] != '\r'; at++) {
                if (s[at] == '\\' && at + 1 < s.size() &&
                    (s[at + 1] == '\n' || s[at + 1] == '\r')) {
                    at += s[at + 1] == '\r' && at + 2 < s.size() && s[at + 2] == '\n' ? 2 : 1;
                    continue;
                }
                v += s[at];
            }
            while (!v.empty() && blank(v.back()))
                v.pop_back();
        }
        a.entries.emplace_back(std::string(key), std::move(v));
    }
}

}  // namespace weft::compiler
