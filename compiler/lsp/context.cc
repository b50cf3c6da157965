// The text is cut at the cursor and lexed; a string that is open there is where the cursor stands.
#include "compiler/lsp/context.hh"

#include <algorithm>

#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/schema.hh"
#include "compiler/lsp/text.hh"
#include "compiler/text/lex.hh"

namespace weft::compiler::lsp {
namespace {

bool begins_statement(const Token& t) {
    switch (t.word) {
        case Word::final_:
        case Word::variable:
        case Word::include:
        case Word::type:
        case Word::function:
        case Word::bind:
        case Word::valid:
        case Word::prefix: return true;
        default: return t.type == T::string;
    }
}

class Look {
public:
    Look(std::string_view text, size_t offset) : text_(text.substr(0, offset)) {}

    Context run() {
        lex();
        Context c;
        if (in_comment())
            return c;
        if (open_ != text_.npos) {
            c.from = open_ + 1;
            c.word = text_.substr(c.from);
            if (c.word.find('\n') != c.word.npos)
                return Context();
            within_string(c);
            return c;
        }
        // The word at the cursor is no part of what is before it.
        c.from = text_.size();
        if (!now_.empty() && now_.back().end == text_.size() &&
            (now_.back().type == T::identifier || now_.back().type == T::keyword)) {
            c.from = now_.back().offset;
            c.word = now_.back().text;
            now_.pop_back();
        }
        plain(c);
        return c;
    }

private:
    void lex() {
        Lexer lexer(text_, "");
        Lines lines(text_, Units::utf8);
        int depth = 0;
        for (;;) {
            Token t;
            try {
                t = lexer.next();
            } catch (const TemplateError& e) {
                // Only a string that has no end before the cursor is of interest.
                size_t at = lines.begin_of({uint32_t(e.where.line), uint32_t(e.where.col),
                                            uint32_t(e.where.end_line), uint32_t(e.where.end_col)});
                if (at < text_.size() && (text_[at] == '\'' || text_[at] == '"') &&
                    text_.find_first_of("\r\n", at) == text_.npos) {
                    open_ = at;
                    if (e.where.col == 1)
                        now_.clear();
                    return;
                }
                if (++errors_ > 1000)
                    return;
                continue;
            }
            if (t.type == T::end)
                return;
            last_end_ = t.end;
            bool fresh = t.span.col == 1 && begins_statement(t);
            if (fresh && depth > 0) {
                depth = 0;
                now_.clear();
            }  // what came before was never closed
            if (t.type == T::lbrace || t.type == T::lparen || t.type == T::lbracket)
                depth++;
            if (t.type == T::rbrace || t.type == T::rparen || t.type == T::rbracket)
                depth = std::max(depth - 1, 0);
            if (t.type == T::semicolon && depth == 0) {
                ended();
                now_.clear();
            } else {
                now_.push_back(std::move(t));
            }
        }
    }

    /// A statement is complete: a prefix counts from here on.
    void ended() {
        if (now_.size() != 2 || now_[0].word != Word::prefix || now_[1].type != T::string)
            return;
        try {
            if (now_[1].value.empty()) {
                prefix_.clear();
                has_prefix_ = false;
                return;
            }
            PanPath p = parse_path(now_[1].value);
            if (p.kind == PanPath::absolute)
                base_ = prefix_ = p.terms;
            else
                (prefix_ = base_).insert(prefix_.end(), p.terms.begin(), p.terms.end());
            has_prefix_ = true;
        } catch (const EvalFailure&) {
        }
    }

    bool in_comment() const {
        if (open_ != text_.npos)
            return false;
        size_t line = text_.find_last_of("\r\n") == text_.npos ? 0 : text_.find_last_of("\r\n") + 1;
        size_t hash = text_.find('#', std::max(last_end_, line));
        return hash != text_.npos;
    }

    static std::vector<Term> terms(std::string_view path) {
        try {
            return parse_path(path).terms;
        } catch (const EvalFailure&) {
            return {};
        }
    }

    /// The path the statement sets, prefix included; nothing when it sets none.
    bool target(std::vector<Term>& out) const {
        size_t i = !now_.empty() && now_[0].word == Word::final_;
        if (i + 1 >= now_.size() || now_[i].type != T::string ||
            (now_[i + 1].type != T::assign && now_[i + 1].type != T::maybe))
            return false;
        out = terms(now_[i].value);
        if (!now_[i].value.starts_with('/')) {
            if (!has_prefix_)
                return false;
            out.insert(out.begin(), prefix_.begin(), prefix_.end());
        }
        return true;
    }

    void within_string(Context& c) {
        size_t i = !now_.empty() && now_[0].word == Word::final_;
        if (now_.size() == i)
            return path(c, true);
        Word first = now_[0].word;
        if (now_.size() == 1 &&
            (first == Word::prefix || first == Word::bind || first == Word::valid))
            return path(c, first == Word::prefix);
        if (first == Word::include) {
            c.kind = Context::template_;
            return;
        }
        const Token& last = now_.back();
        if (last.type == T::lparen && now_.size() > 1) {
            std::string_view f = now_[now_.size() - 2].text;
            if (f == "create" || f == "if_exists")
                c.kind = Context::template_;
            if (f == "value" || f == "path_exists" || (f == "exists" && c.word.starts_with('/')))
                path(c, false);
            if (f == "exists" && !c.word.starts_with('/'))
                c.kind = Context::template_;
            if (f == "dict" || f == "nlist")
                dict_key(c);
            return;
        }
        if (last.type == T::comma)
            return dict_key(c);
        if (last.type == T::lbracket)
            return subscript(c);
        if ((last.type == T::assign || last.type == T::maybe) && target(c.base))
            c.kind = Context::value;
    }

    void path(Context& c, bool below_prefix) {
        if (!c.word.starts_with('/')) {
            if (!below_prefix || !has_prefix_) {
                if (!c.word.empty())
                    return;
            } else {
                c.base = prefix_;
                c.has_base = true;
            }
        }
        c.kind = Context::path;
    }

    /// dict('a', 1, '  : a key of what the statement sets, through the dicts around; behind a key
    /// it is a value.
    void dict_key(Context& c) {
        std::vector<Term> steps;
        bool value = false;
        for (size_t end = now_.size();;) {
            // The bracket that is open here, and the commas within it.
            size_t i = end, commas = 0, key = end;
            int depth = 0;
            for (; i > 0; i--) {
                T t = now_[i - 1].type;
                if (t == T::rparen || t == T::rbracket || t == T::rbrace)
                    depth++;
                if ((t == T::lparen || t == T::lbracket || t == T::lbrace) && depth-- == 0)
                    break;
                if (t == T::comma && depth == 0 && !commas++)
                    key = i - 1;
            }
            if (i < 2 || now_[i - 1].type != T::lparen)
                return;
            std::string_view f = now_[i - 2].text;
            if (f == "list") {
                steps.insert(steps.begin(), any_step());
            } else if (f == "dict" || f == "nlist") {
                if (end == now_.size()) {
                    value = commas % 2;
                } else if (commas % 2 == 0) {
                    return;
                }
                if (commas % 2) {
                    if (!key || now_[key - 1].type != T::string)
                        return;
                    auto term = parse_term(now_[key - 1].value);
                    if (!term)
                        return;
                    steps.insert(steps.begin(), *term);
                }
            } else {
                return;
            }
            end = i - 2;
            if (end && (now_[end - 1].type == T::assign || now_[end - 1].type == T::maybe)) {
                if (!target(c.base))
                    return;
                c.base.insert(c.base.end(), steps.begin(), steps.end());
                c.kind = value ? Context::value : Context::key;
                return;
            }
        }
    }

    /// SELF['a']['  : what comes below a of the path the statement sets.
    void subscript(Context& c) {
        std::vector<Term> steps;
        size_t i = now_.size() - 1;  // the open bracket
        while (i >= 3 && now_[i - 1].type == T::rbracket && now_[i - 3].type == T::lbracket) {
            const Token& t = now_[i - 2];
            if (t.type == T::string) {
                auto term = parse_term(t.value);
                if (!term)
                    return;
                steps.insert(steps.begin(), *term);
            } else if (t.type == T::long_) {
                steps.insert(steps.begin(), Term(int32_t(t.number)));
            } else if (t.type == T::identifier) {
                steps.insert(steps.begin(), any_step());
            } else {
                return;
            }
            i -= 3;
        }
        if (!i || now_[i - 1].text != "SELF" || !target(c.base))
            return;
        c.base.insert(c.base.end(), steps.begin(), steps.end());
        c.kind = Context::key;
    }

    void plain(Context& c) {
        if (now_.empty()) {
            c.kind = Context::statement;
            return;
        }
        const Token& last = now_.back();
        if (last.type == T::string || last.type == T::heredoc || last.type == T::long_ ||
            last.type == T::double_)
            return;
        Word first = now_[0].word;
        if (now_.size() == 1 && first != Word::include)
            return;  // a new name, or a string
        if ((first == Word::type || first == Word::bind) && in_type()) {
            c.kind = Context::type;
            return;
        }
        if (last.type == T::lparen && now_.size() > 1 && now_[now_.size() - 2].text == "is_valid") {
            c.kind = Context::type;
            return;
        }
        c.kind = Context::expression;
        c.in_function = first == Word::function;
        for (size_t i = 0; i + 1 < now_.size(); i++) {
            bool set = now_[i].type == T::identifier &&
                       (now_[i + 1].type == T::assign || now_[i + 1].type == T::lbracket);
            bool loop = now_[i].type == T::identifier && now_[i + 1].type == T::semicolon && i &&
                        (now_[i - 1].type == T::lparen || now_[i - 1].type == T::semicolon);
            if (i > 1 && (set || loop))
                c.locals.emplace(now_[i].text);
        }
    }

    /// Is a type wanted here, and not the code behind "with" or a default?
    bool in_type() const {
        const Token& last = now_.back();
        if (last.type == T::colon || last.type == T::question)
            return true;
        if (last.word == Word::include)
            return true;
        if (last.type != T::assign)
            return false;
        return std::count_if(now_.begin(), now_.end(),
                             [](const Token& t) { return t.type == T::assign; }) == 1;
    }

    std::string_view text_;
    std::vector<Token> now_;  ///< the statement being written
    std::vector<Term> prefix_, base_;
    bool has_prefix_ = false;
    size_t open_ = std::string_view::npos;
    size_t last_end_ = 0;  ///< of the last token
    int errors_ = 0;
};

}  // namespace

Context context_at(std::string_view text, size_t offset) { return Look(text, offset).run(); }

}  // namespace weft::compiler::lsp
