// Template text to tokens: comments, annotations, heredocs and string escapes end here.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/text/ast.hh"
#include "compiler/text/words.hh"

namespace weft::compiler {

enum class T : uint8_t {
    end,
    identifier,
    keyword,
    name,  // name: after the keyword template
    long_,
    double_,
    string,
    heredoc,
    question,
    colon,
    semicolon,
    comma,
    lparen,
    rparen,
    lbracket,
    rbracket,
    lbrace,
    rbrace,
    assign,
    plus,
    minus,
    star,
    slash,
    percent,
    not_,
    less,
    greater,
    dots,
    or_,
    and_,
    bar,
    amp,
    caret,
    tilde,
    eq,
    ne,
    ge,
    le,
    maybe,  // maybe: ?=
};

struct Token {
    T type = T::end;
    Word word = Word::none;
    Span span;
    size_t offset = 0, end = 0;  ///< in the text
    std::string_view text;       ///< as written
    std::string value;           ///< string, heredoc: the contents
    int64_t number = 0;
    double real = 0;
    uint32_t annotations = 0;  ///< how many annotations the lexer had seen before this token
};

/// Words that mean something, for messages: "';'", "identifier 'foo'", "end of file".
std::string describe(const Token&);

class Lexer {
public:
    explicit Lexer(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}
    /// The next token; a TemplateError (parse) for what is none. After an error the lexer stands
    /// behind the offending character.
    Token next();
    const std::vector<Annotation>& annotations() const { return annotations_; }

private:
    [[noreturn]] void fail(std::string message, Span, std::string hint = {}) const;
    bool skip_blank();  ///< white space, comments; false at the end of the text
    void annotation();
    void advance(size_t to);
    Span here(size_t from_line, size_t from_col) const;
    void number(Token&);
    void single_quoted(Token&);
    void double_quoted(Token&);
    void heredoc(Token&);

    std::string_view text_;
    std::string file_;
    size_t at_ = 0;
    uint32_t line_ = 1, col_ = 1;            ///< of text_[at_]
    uint32_t last_line_ = 1, last_col_ = 1;  ///< of the last character consumed
    bool name_mode_ = false;
    bool scanning_ = false;  ///< looking ahead for the heredocs of this line
    std::vector<std::pair<size_t, std::string>> scanned_;
    std::unordered_map<size_t, std::string> bodies_;  ///< by offset of the <<ID token
    size_t resume_from_ = std::string_view::npos,
           resume_at_ = 0;  ///< line end that jumps over bodies
    uint32_t resume_lines_ = 0;
    std::vector<Annotation> annotations_;
};

/// The entries of an annotation's text; a message when it is malformed.
std::string parse_annotation(std::string_view text, Annotation&);

}  // namespace weft::compiler
