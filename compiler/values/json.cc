// One pass over the text with the open containers on a stack of our own: depth costs no machine
// stack.
#include "compiler/values/json.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler {
namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Element read() {
        skip();
        if (at_ == text_.size())
            return Element::null();
        Element result;
        bool done = false;
        while (!done) {
            if (!levels_.empty() && levels_.back().container.is(Kind::dict)) {
                if (!name()) {
                    done = close(result);
                    continue;
                }
            } else if (!levels_.empty() && !item()) {
                done = close(result);
                continue;
            }
            char c = text_[at_];
            if (c == '{' || c == '[') {
                if (levels_.size() >= max_depth)
                    fail(fmt::format("more than {} levels", max_depth));
                at_++;
                levels_.push_back(
                    {c == '{' ? Element::new_dict() : Element::new_list(), Key(), false, false});
            } else if (Element value = scalar(); levels_.empty()) {
                result = std::move(value);
                done = true;
            } else {
                put(std::move(value));
            }
        }
        at_ = std::min(text_.find_first_not_of(" \t\n\r", at_),
                       text_.size());  // a comment here is text (as in the classic compiler)
        if (at_ < text_.size())
            fail("there is text behind the value");
        return result;
    }

private:
    struct Level {
        Element container;
        Key key;            ///< of the value that comes next
        bool begun;         ///< there was a value or a separator
        bool null_follows;  ///< a separator where a value should be: [1,,2]
    };

    [[noreturn]] void fail(std::string_view why, std::string hint = {}) const {
        fail_at(at_, why, std::move(hint));
    }
    [[noreturn]] void fail_at(size_t at, std::string_view why, std::string hint = {}) const {
        std::string_view before = text_.substr(0, at);
        size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        size_t line = size_t(std::count(before.begin(), before.end(), '\n')) + 1;
        constexpr size_t most = 200;
        std::string shown =
            text_.size() <= most ? std::string(text_) : utf16_slice(text_, 0, most) + "...";
        throw EvalFailure(
            fmt::format("invalid JSON value '{}': {} at line {} column {} path {}", shown, why,
                        line, utf16_length(before.substr(line_start)) + 1, path()),
            std::move(hint));
    }

    /// Where the reader is: $.name[2].name
    std::string path() const {
        std::string s = "$";
        for (const Level& l : levels_) {
            if (l.container.is(Kind::list))
                s += fmt::format("[{}]", l.container.size());
            else if (l.key)
                s += fmt::format(".{}", l.key.view());
        }
        return s;
    }

    // ---- characters
    bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    /// Blanks and comments.
    void skip() {
        for (; at_ < text_.size(); at_++) {
            char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
                continue;
            bool slash = c == '/' && at_ + 1 < text_.size();
            if (slash && text_[at_ + 1] == '*') {
                size_t end = text_.find("*/", at_ + 2);
                if (end == text_.npos)
                    fail("Unterminated comment");
                at_ = end + 1;
            } else if (c == '#' || (slash && text_[at_ + 1] == '/')) {
                at_ = std::min(text_.find_first_of("\n\r", at_), text_.size()) - 1;
            } else {
                return;
            }
        }
    }
    void skip_to_something() {
        skip();
        if (at_ == text_.size())
            fail("End of input");
    }
    static bool ends_word(char c) {
        return std::string_view("/\\;#={}[]:, \t\f\r\n").find(c) != std::string_view::npos;
    }

    // ---- structure
    /// Before an item of a list: false at its end. A separator where an item should be stands for a
    /// null.
    bool item() {
        Level& l = levels_.back();
        for (;;) {
            skip_to_something();
            char c = text_[at_];
            if (l.begun && !l.null_follows) {  // behind an item
                if (c != ']' && c != ',' && c != ';')
                    fail("Unterminated array", "items are separated by commas");
                if (c == ']') {
                    at_++;
                    return false;
                }
                at_++;
                l.null_follows = true;
                continue;
            }
            if (c == ',' || c == ';' || (c == ']' && l.begun)) {
                l.container.list_ref().push_back(Element::null());
                l.begun = true;
                l.null_follows = false;
                continue;
            }
            if (c == ']') {
                at_++;
                return false;
            }
            l.begun = true;
            l.null_follows = false;
            return true;
        }
    }

    /// Before a child of an object: reads its name; false at the end.
    bool name() {
        Level& l = levels_.back();
        skip_to_something();
        if (l.begun) {
            if (at('}')) {
                at_++;
                return false;
            }
            if (!at(',') && !at(';'))
                fail("Unterminated object", "children are separated by commas");
            at_++;
            skip_to_something();
        } else if (at('}')) {
            at_++;
            return false;
        }
        l.begun = true;
        l.key = Key();
        size_t from = at_;
        std::string text;
        if (at('"') || at('\''))
            text = quoted();
        else if (ends_word(text_[at_]))
            fail("Expected name");
        else
            text = word();
        auto term = parse_term(text);
        if (!term || !term->is_key())
            throw EvalFailure(
                fmt::format("JSON path '{}.{}' is not a valid PAN path", path(), text),
                fmt::format("write the name as '{{{}}}' to have it escaped", text));
        skip_to_something();
        if (!at(':') && !at('='))
            fail_at(from, fmt::format("Expected ':' behind the name '{}'", text));
        if (text_[at_++] == '=' && at('>'))
            at_++;
        skip_to_something();
        l.key = term->key;
        return true;
    }

    void put(Element value) {
        Level& l = levels_.back();
        if (l.container.is(Kind::list)) {
            l.container.list_ref().push_back(std::move(value));
            return;
        }
        Dict& d = l.container.dict_ref();
        if (value.is(Kind::null)) {
            d.erase(l.key);
            return;
        }
        Element& place = d.at(l.key);
        if (place.is_defined() && place.kind() != value.kind())
            throw EvalFailure(
                fmt::format("JSON path '{}' is given twice, and a {} cannot be replaced by a {}",
                            path(), kind_name(place.kind()), kind_name(value.kind())));
        place = std::move(value);
    }

    /// A container is complete: true when it was the outermost, which is then the result.
    bool close(Element& result) {
        Element whole = std::move(levels_.back().container);
        levels_.pop_back();
        if (!levels_.empty()) {
            put(std::move(whole));
            return false;
        }
        result = std::move(whole);
        return true;
    }

    // ---- values
    Element scalar() {
        if (at('"') || at('\''))
            return Element::of_string(quoted());
        if (ends_word(text_[at_]))
            fail("Expected value");
        size_t from = at_;
        std::string w = word();
        if (same_word(w, "true"))
            return Element::of_boolean(true);
        if (same_word(w, "false"))
            return Element::of_boolean(false);
        if (same_word(w, "null"))
            return Element::null();
        return is_number(w) ? number(w, from) : Element::of_string(w);
    }

    static bool same_word(std::string_view a, std::string_view lower) {
        if (a.size() != lower.size())
            return false;
        for (size_t i = 0; i < a.size(); i++)
            if ((a[i] | 32) != lower[i])
                return false;
        return true;
    }

    std::string word() {
        size_t from = at_;
        while (at_ < text_.size() && !ends_word(text_[at_]))
            at_++;
        return std::string(text_.substr(from, at_ - from));
    }

    /// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
    static bool is_number(std::string_view w) {
        size_t i = w.starts_with('-');
        auto digits = [&] {
            size_t first = i;
            while (i < w.size() && w[i] >= '0' && w[i] <= '9')
                i++;
            return i - first;
        };
        bool zero = i < w.size() && w[i] == '0';
        size_t whole = digits();
        if (!whole || (zero && whole > 1))
            return false;
        if (i < w.size() && w[i] == '.') {
            i++;
            if (!digits())
                return false;
        }
        if (i < w.size() && (w[i] | 32) == 'e') {
            i++;
            if (i < w.size() && (w[i] == '+' || w[i] == '-'))
                i++;
            if (!digits())
                return false;
        }
        return i == w.size();
    }

    Element number(const std::string& w, size_t from) {
        if (w.find('.') != w.npos)
            return Element::of_double(std::strtod(w.c_str(), nullptr));
        int64_t v = 0;
        auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), v);
        if (error != std::errc())
            fail_at(from, fmt::format("'{}' does not fit into 64 bits", w));
        if (*end)
            fail_at(from, fmt::format("'{}' has an exponent but no point, and is no long", w),
                    "write it with a point: 1.0e5");
        return Element::of_long(v);
    }

    uint32_t unit() {
        uint32_t v = 0;
        auto [end, error] = std::from_chars(text_.data() + at_,
                                            text_.data() + std::min(at_ + 4, text_.size()), v, 16);
        if (error != std::errc() || end != text_.data() + at_ + 4)
            fail("\\u is not followed by four hexadecimal digits");
        at_ += 4;
        return v;
    }

    std::string quoted() {
        size_t from = at_;
        char quote = text_[at_++];
        std::string out;
        for (;;) {
            size_t next = text_.find_first_of(quote == '"' ? "\"\\" : "'\\", at_);
            if (next == text_.npos)
                fail_at(from, "Unterminated string");
            out += text_.substr(at_, next - at_);
            at_ = next + 1;
            if (text_[next] == quote)
                return out;
            if (at_ == text_.size())
                fail_at(from, "Unterminated string");
            switch (char c = text_[at_++]) {
                case 't': out += '\t'; break;
                case 'b': out += '\b'; break;
                case 'n': out += '\n'; break;
                case 'r': out += '\r'; break;
                case 'f': out += '\f'; break;
                case '\n':
                case '\'':
                case '"':
                case '\\':
                case '/': out += c; break;
                case 'u': {
                    char32_t v = unit();
                    if (v >= 0xD800 && v < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
                        size_t back = at_;
                        at_ += 2;
                        uint32_t low = unit();
                        if (low >= 0xDC00 && low < 0xE000)
                            v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
                        else
                            at_ = back;
                    }
                    append_utf8(out, v >= 0xD800 && v < 0xE000 ? U'\uFFFD' : v);
                    break;
                }
                default: at_--; fail("Invalid escape sequence");
            }
        }
    }

    std::string_view text_;
    size_t at_ = 0;
    std::vector<Level> levels_;
};

bool has_undef(const Element& top) {
    std::vector<const Element*> work{&top};
    while (!work.empty()) {
        const Element* e = work.back();
        work.pop_back();
        if (e->is(Kind::undef))
            return true;
        if (e->is(Kind::list))
            for (const Element& c : e->list())
                work.push_back(&c);
        if (e->is(Kind::dict))
            for (const auto& c : e->dict())
                work.push_back(&c.value);
    }
    return false;
}

}  // namespace

Element json_decode(std::string_view text) {
    std::string repaired;
    return Reader(well_formed(text, repaired)).read();
}

std::string json_encode(const Element& e) {
    check_finite("json_encode", e);
    if (has_undef(e))
        throw EvalFailure("undef cannot be converted to JSON",
                          "give every element a value, or leave it out");
    std::string out;
    try {
        write_json(e, out);
    } catch (const Error& error) {
        throw EvalFailure("json_encode(): " + error.message, error.hint);
    }
    check_text_size("json_encode", out.size());
    return out;
}

}  // namespace weft::compiler
