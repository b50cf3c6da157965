// Tokens in, tokens out: between two of them stands what the rules say, never what the author had,
// except for line breaks. In the end the result is taken apart again and must consist of the same
// tokens.
#include "compiler/tools/reformat.hh"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "base/error.hh"
#include "compiler/text/lex.hh"

namespace weft::compiler {
namespace {

struct Item {
    enum Kind { token, comment, annotation, body } kind;
    Token tok;              ///< of a token
    std::string_view text;  ///< as written
    int breaks = 0;         ///< line ends before it
    int blanks = 0;         ///< blanks directly before it
};

/// Tokens, comments, annotations and heredoc bodies in the order they stand in the file.
class Items {
public:
    Items(std::string_view text, std::string_view name) : text_(text) {
        Lexer lexer(text, std::string(name));
        for (;;) {
            Token t = lexer.next();
            size_t until = t.type == T::end ? text.size() : t.offset;
            between(until);
            if (t.type == T::end)
                return;
            if (t.type == T::heredoc)
                heredocs_.emplace_back(t.text.substr(2));
            add(Item::token, t.offset, t.end).tok = t;
            at_ = t.end;
        }
    }
    std::vector<Item> all;

private:
    Item& add(Item::Kind kind, size_t from, size_t to) {
        all.push_back({kind, {}, text_.substr(from, to - from), breaks_, blanks_});
        breaks_ = blanks_ = 0;
        return all.back();
    }

    void between(size_t until) {
        while (at_ < until) {
            char c = text_[at_];
            if (c == '\n' || c == '\r') {
                at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
                breaks_++;
                blanks_ = 0;
                if (!heredocs_.empty())
                    bodies();
            } else if (c == '#') {
                size_t end = std::min(text_.find_first_of("\r\n", at_), until);
                size_t last = text_.find_last_not_of(" \t\f", end - 1);
                add(Item::comment, at_, last + 1);
                at_ = end;
            } else if (c == '@') {
                size_t open = text_.find_first_of("([{", at_);
                char closer = text_[open] == '(' ? ')' : text_[open] == '[' ? ']' : '}';
                size_t end = text_.find(closer, open) + 1;
                add(Item::annotation, at_, end);
                at_ = end;
            } else {
                blanks_++;
                at_++;
            }
        }
    }

    /// The bodies of the heredocs that began in the line before, as one item.
    void bodies() {
        size_t from = at_;
        while (!heredocs_.empty()) {
            size_t end = std::min(text_.find('\n', at_), text_.size());
            std::string_view line = text_.substr(at_, end - at_);
            if (line.ends_with('\r'))
                line.remove_suffix(1);
            at_ = std::min(end + 1, text_.size());
            if (line == heredocs_.front())
                heredocs_.pop_front();
            else if (end == text_.size())
                heredocs_.clear();
        }
        add(Item::body, from, at_);
        breaks_ = 1;  // it ends with a line end of its own
    }

    std::string_view text_;
    size_t at_ = 0;
    int breaks_ = 0, blanks_ = 0;
    std::deque<std::string> heredocs_;
};

bool is_opener(T t) { return t == T::lparen || t == T::lbracket || t == T::lbrace; }
bool is_closer(T t) { return t == T::rparen || t == T::rbracket || t == T::rbrace; }
bool is_operand(const Token& t) {
    return t.type == T::identifier || t.type == T::long_ || t.type == T::double_ ||
           t.type == T::string || t.type == T::heredoc || t.type == T::name ||
           t.type == T::rparen || t.type == T::rbracket || t.type == T::rbrace ||
           t.word == Word::true_ || t.word == Word::false_ || t.word == Word::undef ||
           t.word == Word::null_;
}

/// What a token's neighbours make of it.
struct Role {
    bool unary = false;   ///< a sign, ! or ~: close to what follows
    bool link = false;    ///< the * of a link type: close to what is before
    bool suffix = false;  ///< { or } of "T{}" and "T{1..3}", and what is between
    bool tight = false;   ///< + or - of a simple sum in brackets
    size_t match = 0;     ///< the other bracket
};

class Layout {
public:
    explicit Layout(std::vector<Item> items) : items_(std::move(items)) {
        for (size_t i = 0; i < items_.size(); i++)
            if (items_[i].kind == Item::token)
                tokens_.push_back(i);
        roles();
    }

    std::string write() {
        size_t token = 0;   // the next one of tokens_
        bool fresh = true;  // at the beginning of a line
        for (size_t i = 0; i < items_.size(); i++) {
            const Item& item = items_[i];
            if (item.kind == Item::body) {
                if (!fresh)
                    out_ += '\n';
                out_ += item.text;
                if (!out_.ends_with('\n'))
                    out_ += '\n';
                fresh = true;
                continue;
            }
            bool after_body = i && items_[i - 1].kind == Item::body;
            if (i && item.breaks && !fresh) {
                out_ += '\n';
                fresh = true;
            }
            if (i && item.breaks - (after_body ? 1 : 0) > (after_body ? 0 : 1) && fresh)
                out_ += '\n';
            if (fresh) {
                level_ = indentation(token);
                // A comment before a closing bracket belongs to what is inside.
                if (item.kind == Item::comment && token < tokens_.size() &&
                    is_closer(tok(token).type))
                    level_ = inner_level();
                out_.append(size_t(4 * level_), ' ');
            } else if (item.kind == Item::comment) {
                out_.append(size_t(std::max(item.blanks, 1)), ' ');
            } else if (item.kind == Item::annotation || items_[i - 1].kind != Item::token ||
                       spaced(token)) {
                out_ += ' ';
            }
            fresh = false;
            out_ += item.text;
            if (item.kind == Item::token)
                brackets(token++);
        }
        if (!fresh)
            out_ += '\n';
        return std::move(out_);
    }

private:
    const Token& tok(size_t n) const { return items_[tokens_[n]].tok; }
    size_t count() const { return tokens_.size(); }

    void roles() {
        roles_.resize(count());
        std::vector<size_t> open;
        bool condition = false;  // behind the ')' of if (...): an operand may follow
        for (size_t n = 0; n < count(); n++) {
            const Token& t = tok(n);
            bool operand_before = n && is_operand(tok(n - 1)) && !condition;
            condition = false;
            if (t.type == T::not_ || t.type == T::tilde ||
                ((t.type == T::plus || t.type == T::minus) && !operand_before))
                roles_[n].unary = true;
            if (t.type == T::star) {
                // A link type: nothing that could be multiplied follows.
                const Token* next = n + 1 < count() ? &tok(n + 1) : nullptr;
                bool factor = next && ((is_operand(*next) && !is_closer(next->type)) ||
                                       next->type == T::lparen || next->type == T::minus ||
                                       next->type == T::plus || next->type == T::not_ ||
                                       next->type == T::tilde);
                // In a record the next field may follow: 'a' : T* 'b' : long.
                bool field = next && (next->type == T::string) && n + 2 < count() &&
                             (tok(n + 2).type == T::colon || tok(n + 2).type == T::question);
                roles_[n].link = !factor || field;
            }
            if (is_opener(t.type))
                open.push_back(n);
            if (!is_closer(t.type) || open.empty())
                continue;
            size_t from = open.back();
            open.pop_back();
            roles_[n].match = from;
            roles_[from].match = n;
            condition = t.type == T::rparen && is_condition(n);
            if (t.type == T::rbracket && n == from + 4 && simple(from + 1) && simple(from + 3) &&
                (tok(from + 2).type == T::plus || tok(from + 2).type == T::minus))
                roles_[from + 2].tight = true;
            if (t.type == T::rbrace)
                suffix(from, n);
        }
    }
    bool simple(size_t n) const { return tok(n).type == T::identifier || tok(n).type == T::long_; }

    /// T{} and T{1..3}: braces behind a type.
    void suffix(size_t from, size_t to) {
        for (size_t n = from + 1; n < to; n++)
            if (tok(n).type != T::long_ && tok(n).type != T::dots && tok(n).type != T::minus)
                return;
        if (!from)
            return;
        T before = tok(from - 1).type;
        if (before == T::rparen && is_condition(from - 1))
            return;  // an empty body
        bool close = tokens_[from] == tokens_[from - 1] + 1 && items_[tokens_[from]].blanks == 0 &&
                     items_[tokens_[from]].breaks == 0;
        if (before == T::identifier || before == T::rbracket || before == T::rparen ||
            before == T::rbrace || (before == T::star && close))
            for (size_t n = from; n <= to; n++)
                roles_[n].suffix = true;
    }

    /// Is this the ')' of "if (...)" and the like?
    bool is_condition(size_t n) const {
        size_t open = roles_[n].match;
        Word w = open ? tok(open - 1).word : Word::none;
        return w == Word::if_ || w == Word::while_ || w == Word::for_ || w == Word::foreach_;
    }

    /// Is there a blank before token n, in the line of the token before?
    bool spaced(size_t n) const {
        if (!n)
            return false;
        const Token &a = tok(n - 1), &b = tok(n);
        const Role &ra = roles_[n - 1], &rb = roles_[n];
        if (b.type == T::comma || b.type == T::semicolon)
            return false;
        if (a.type == T::comma || a.type == T::semicolon)
            return !(is_closer(b.type) && b.type != T::rbrace);
        if (rb.suffix)
            return false;
        if (a.type == T::lparen || a.type == T::lbracket || b.type == T::rparen ||
            b.type == T::rbracket)
            return false;
        if (a.type == T::lbrace || b.type == T::rbrace)
            return !(a.type == T::lbrace && b.type == T::rbrace);
        if (a.type == T::dots || b.type == T::dots)
            return false;
        if (ra.unary || ra.tight || rb.tight || rb.link)
            return false;
        if (b.type == T::lbracket)
            return !(is_operand(a) || ra.link);
        if (b.type == T::lparen)
            return !(a.type == T::identifier || a.type == T::rbracket || ra.suffix || ra.link ||
                     a.word == Word::choice);
        return true;
    }

    /// The level of a line that begins with token n.
    int indentation(size_t n) const {
        if (n < count() && is_closer(tok(n).type)) {
            size_t last = n;
            while (last + 1 < count() && is_closer(tok(last + 1).type) &&
                   last + 1 - n < open_.size() && items_[tokens_[last + 1]].breaks == 0)
                last++;
            size_t popped = last - n + 1;
            return popped <= open_.size() ? open_[open_.size() - popped].base : 0;
        }
        return inner_level() + (continues(n) ? 1 : 0);
    }
    int inner_level() const { return open_.empty() ? 0 : open_.back().base + 1; }

    /// Is the line that begins with token n a part of what began before?
    bool continues(size_t n) const {
        if (!n || n >= count())
            return false;
        const Token &before = tok(n - 1), &t = tok(n);
        if (before.type == T::semicolon || before.type == T::comma || is_opener(before.type))
            return false;
        if (t.word == Word::else_ || t.type == T::semicolon)
            return false;
        // Fields of a record follow each other without a sign between them.
        bool in_braces = !open_.empty() && open_.back().brace;
        if (in_braces && t.type == T::string && n + 1 < count() &&
            (tok(n + 1).type == T::colon || tok(n + 1).type == T::question))
            return false;
        if (in_braces && t.word == Word::include && is_operand(before))
            return false;
        return true;
    }

    void brackets(size_t n) {
        T t = tok(n).type;
        if (is_opener(t))
            open_.push_back({level_, t == T::lbrace});
        if (!is_closer(t) || open_.empty())
            return;
        // What began in an earlier line ends here: what is opened next belongs to that line.
        level_ = std::min(level_, open_.back().base);
        open_.pop_back();
    }

    struct Open {
        int base;  ///< the level of the line it stands in
        bool brace;
    };
    std::vector<Item> items_;
    std::vector<size_t> tokens_;
    std::vector<Role> roles_;
    std::vector<Open> open_;
    std::string out_;
    int level_ = 0;
};

bool same(const std::vector<Item>& a, const std::vector<Item>& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](const Item& x, const Item& y) {
               return x.kind == y.kind && x.text == y.text && x.tok.type == y.tok.type &&
                      x.tok.value == y.tok.value;
           });
}

}  // namespace

std::string reformat(std::string_view text, std::string_view name) {
    std::vector<Item> items = Items(text, name).all;
    std::string out = Layout(items).write();
    if (!same(items, Items(out, name).all))
        throw Error(
            exit_software,
            fmt::format("the layout of '{}' would change its meaning; it was left alone", name), {},
            "please report this with the file");
    return out;
}

}  // namespace weft::compiler
