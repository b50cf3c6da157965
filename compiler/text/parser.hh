// The recursive-descent parser, for parse*.cc only.
#pragma once
#include <map>
#include <set>

#include "compiler/text/lex.hh"
#include "compiler/text/parse.hh"

namespace weft::compiler {

/// Deeper nesting than this is refused: nobody writes it, and recursion has to end somewhere.
constexpr int max_nesting = 1000;
/// Longest chain of operators without parentheses.
constexpr uint32_t max_chain = 20000;
constexpr size_t max_errors = 20;

class Parser {
public:
    Parser(const std::string& path, Text text, const Options&, uint32_t first_origin);
    Parsed file();
    Element constant();

private:
    struct Fatal {};  ///< thrown to give up a file whose error is recorded already

    // tokens
    void take();          ///< the next token becomes current
    const Token& peek();  ///< the one after the current
    bool is(T t) const { return token_.type == t; }
    bool is(Word w) const { return token_.type == T::keyword && token_.word == w; }
    void want(T t, std::string_view after);
    [[noreturn]] void unexpected(std::string_view wanted, std::string hint = {});
    [[noreturn]] void fail(ErrorClass, std::string message, Span, std::string hint = {});
    void report(ErrorClass, std::string message, Span, std::string hint = {});
    void report(TemplateError);
    [[noreturn]] void unclosed(std::string_view wanted, const Span& open, char bracket);
    void deprecated(Span, std::string what);
    void recover();

    // parse.cc: statements
    void header();
    void statement();
    void assignment(bool final);
    void variable(bool final);
    void include();
    void prefix();
    void type_definition();
    void function_definition();
    void binding(bool valid);
    bool allowed(Statement::Kind, Span);
    Statement& add(Statement);
    std::string path_token(std::string_view what);
    uint32_t origin(const Span&);

    // parse_dml.cc
    const Block* block_of_dml(bool function = false, bool fold = true);
    Expr* dml();
    Expr* expression();
    Expr* condition();
    Expr* conditional();
    Expr* loop();
    Expr* for_loop();
    Expr* foreach_loop();
    Expr* binary_chain(int level);
    Expr* unary();
    Expr* primary();
    Expr* variable_reference();
    Expr* call(Token name);
    Expr* arguments(Token name, const Span& open, Expr* call);
    void check_literals(const Expr& call);
    Expr* make(Op, Span);
    Expr* literal(Element, Span);
    Expr* finish(Expr*);  ///< kids are known: depth, folding
    Expr* fold(Expr*);
    Expr* fold_if(Expr*);
    void assigned(Expr* variable);
    static std::string name_of(const Expr& variable);

    // parse_type.cc
    FullType full_type();
    const TypeSpec* type_spec();
    const TypeSpec* base_type();
    const TypeSpec* record();
    const TypeSpec* choice();
    const TypeSpec* old_link();
    void skip_description();
    bool old_statement();
    void deletion();
    void record_items(TypeSpec&);
    Range range(T closer);
    int64_t bound();

    struct Nest {
        explicit Nest(Parser& p);
        ~Nest() { parser.depth_--; }
        Parser& parser;
    };

    std::string path_;
    Text text_;
    const Options& options_;
    Lexer lexer_;
    Token token_, ahead_;
    bool has_ahead_ = false;
    Span last_;                ///< of the token before the current one
    uint32_t last_notes_ = 0;  ///< annotations before that token
    Annotated notes() const {
        return {last_notes_, token_.annotations};
    }  ///< directly before the current token
    Annotated statement_notes_;
    std::shared_ptr<Template> tpl_;
    std::optional<size_t>
        misplaced_;  ///< which of the errors says that the file is in the wrong place
    std::vector<TemplateError> errors_;
    std::vector<std::string> warnings_;
    int depth_ = 0;
    int argument_depth_ = 0;  ///< inside an argument list or a subscript
    bool in_include_ = false;

    struct Scope {  ///< the block being parsed
        std::vector<Expr*> variables;
        std::set<uint32_t> assigned;
        bool function = false;
    };
    Scope* scope_ = nullptr;
    Expr* left_ = nullptr;  ///< operand read before it was known to be one

    std::vector<Term> prefix_, base_;  ///< of the prefix statement
    bool has_prefix_ = false, has_base_ = false;
    std::set<uint32_t> functions_, types_;  ///< defined in this file
};

}  // namespace weft::compiler
