// Statements: the frame of a template, what each kind may contain, and going on after an error.
#include "compiler/text/parse.hh"

#include <fmt/core.h>

#include <regex>

#include "base/error.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/text/parser.hh"

namespace weft::compiler {

std::string source_line(std::string_view text, int n) {
    std::string s(line_of(text, n).substr(0, 400));
    for (char& c : s)
        if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F)
            c = '.';
    return s;
}

void add_line(TemplateError& e, std::string_view text) {
    if (e.where.line > 0 && e.line.empty())
        e.line = source_line(text, e.where.line);
}

bool debug_enabled(const Options& o, const std::string& name) {
    auto matches = [&](const std::string& pattern) {
        return std::regex_match(name, std::regex(pattern));
    };
    if (!o.debug_exclude.empty() && matches(o.debug_exclude))
        return false;
    if (!o.debug_include.empty())
        return matches(o.debug_include);
    return o.debug;
}

uint32_t max_origins(const std::string& text) {
    return uint32_t(std::min<size_t>(text.size() / 2 + 16, UINT32_MAX / 4));
}

Parsed parse_template(const std::string& path, Text text, const Options& options,
                      uint32_t first_origin) {
    WorkMeter meter;
    return Parser(path, std::move(text), options, first_origin).file();
}

Element parse_constant(const std::string& text, const std::string& shown_as,
                       const Options& options) {
    return Parser(shown_as, std::make_shared<const std::string>(text), options, 0).constant();
}

Parser::Parser(const std::string& path, Text text, const Options& options, uint32_t first_origin)
    : path_(path),
      text_(std::move(text)),
      options_(options),
      lexer_(*text_, path_),
      tpl_(std::make_shared<Template>()) {
    tpl_->path = path;
    tpl_->text = text_;
    tpl_->first_origin = first_origin;
}

// ---- tokens ------------------------------------------------------------------------------------

void Parser::take() {
    last_ = token_.span;
    last_notes_ = token_.annotations;
    if (has_ahead_) {
        token_ = std::move(ahead_);
        has_ahead_ = false;
    } else {
        token_ = lexer_.next();
    }
}

const Token& Parser::peek() {
    if (!has_ahead_) {
        ahead_ = lexer_.next();
        has_ahead_ = true;
    }
    return ahead_;
}

void Parser::report(ErrorClass c, std::string message, Span s, std::string hint) {
    report(TemplateError(c, std::move(message), where_of(tpl_.get(), s), std::move(hint)));
}

void Parser::report(TemplateError e) {
    add_line(e, *text_);
    errors_.push_back(std::move(e));
    if (errors_.size() >= max_errors)
        throw Fatal();
}

void Parser::fail(ErrorClass c, std::string message, Span s, std::string hint) {
    throw TemplateError(c, std::move(message), where_of(tpl_.get(), s), std::move(hint));
}

void Parser::unexpected(std::string_view wanted, std::string hint) {
    // A missing semicolon is best shown where it should have been.
    if (wanted.starts_with("';'") && last_.line && token_.span.line > last_.end_line) {
        Span end{last_.end_line, last_.end_col, last_.end_line, last_.end_col};
        fail(ErrorClass::parse,
             fmt::format("expected {}, but the next thing is {} in line {}", wanted,
                         describe(token_), token_.span.line),
             end, hint.empty() ? "a ';' is missing here" : hint);
    }
    fail(ErrorClass::parse, fmt::format("expected {}, not {}", wanted, describe(token_)),
         token_.span, std::move(hint));
}

/// Something else stands where a bracket should be closed: show the one that was opened, unless it
/// is near.
void Parser::unclosed(std::string_view wanted, const Span& open, char bracket) {
    try {
        unexpected(wanted);
    } catch (TemplateError& e) {
        if (int(open.line) != e.where.line)
            e.trace.push_back(shown_frame(tpl_.get(), {open.line, open.col, open.line, open.col},
                                          fmt::format("the '{}' to be closed is at", bracket)));
        throw;
    }
}

void Parser::want(T t, std::string_view wanted) {
    if (!is(t))
        unexpected(wanted);
    take();
}

void Parser::deprecated(Span s, std::string what) {
    if (options_.warnings == Warnings::off)
        return;
    if (options_.warnings == Warnings::fatal)
        fail(ErrorClass::parse, "deprecated: " + what, s);
    warnings_.push_back(fmt::format("DEPRECATED [{}:{}.{}]\n{}\n", path_, s.line, s.col, what));
}

Parser::Nest::Nest(Parser& p) : parser(p) {
    if (++p.depth_ > max_nesting) {
        p.report(ErrorClass::parse, fmt::format("nested more than {} levels deep", max_nesting),
                 p.token_.span);
        throw Fatal();
    }
}

/// The word a statement begins with that may have been meant.
static std::string_view near_statement(std::string_view text) {
    static const std::vector<std::string_view> words = {"bind",   "final", "function", "include",
                                                        "prefix", "type",  "valid",    "variable"};
    return nearest(text, words);
}

/// After an error: on to the next thing that begins a line and looks like a statement. What is lost
/// on the way is not looked at again, so nothing is reported twice.
void Parser::recover() {
    has_ahead_ = false;
    for (bool ended = false;; ended = is(T::semicolon)) {
        last_notes_ = uint32_t(lexer_.annotations().size());
        try {
            token_ = lexer_.next();
        } catch (const TemplateError&) {
            continue;
        }
        if (is(T::end))
            return;
        if (token_.span.col != 1)
            continue;
        if (ended && is(T::identifier) && !near_statement(token_.text).empty())
            return;
        if (is(T::string) || is(Word::final_) || is(Word::variable) || is(Word::include) ||
            is(Word::type) || is(Word::function) || is(Word::bind) || is(Word::valid) ||
            is(Word::prefix))
            return;
    }
}

// ---- the template ------------------------------------------------------------------------------

Parsed Parser::file() {
    Parsed out;
    try {
        bool go = true;
        try {
            take();
            header();
        } catch (const TemplateError& e) {
            report(e);
            go = false;
        }
        while (go && !is(T::end)) {
            try {
                depth_ = argument_depth_ = 0;
                in_include_ = false;
                scope_ = nullptr;
                statement();
            } catch (const TemplateError& e) {
                report(e);
                recover();
            }
        }
    } catch (const Fatal&) {
    }
    auto unreadable = [](const TemplateError& e) {
        return e.cls == ErrorClass::parse;
    };
    // Where a file belongs is asked of one that is a template.
    if (misplaced_ && std::any_of(errors_.begin(), errors_.end(), unreadable))
        errors_.erase(errors_.begin() + long(*misplaced_));
    std::stable_sort(errors_.begin(), errors_.end(), [](auto& a, auto& b) {
        return (a.cls == ErrorClass::parse) > (b.cls == ErrorClass::parse);
    });
    out.errors = std::move(errors_);
    out.warnings = std::move(warnings_);
    out.kind = tpl_->kind;
    out.name = tpl_->name;
    tpl_->annotations = lexer_.annotations();
    out.read = tpl_;
    if (out.errors.empty())
        out.tpl = std::move(tpl_);
    return out;
}

Element Parser::constant() {
    auto located = [&](TemplateError e) {
        add_line(e, *text_);
        return e;
    };
    try {
        take();
        const Block* b = block_of_dml();
        if (!is(T::end))
            unexpected("the end of the expression");
        if (!errors_.empty())
            throw errors_[0];
        if (!b->constant)
            throw TemplateError(ErrorClass::evaluation, "the expression is not constant",
                                {path_, 1, 1, 1, 1});
        return b->value;
    } catch (const TemplateError& e) {
        throw located(e);
    } catch (const Fatal&) {
        throw located(errors_[0]);
    }
}

void Parser::header() {
    Template& t = *tpl_;
    Span start = token_.span;
    t.notes = notes();
    if (is(Word::object))
        t.kind = TemplateKind::object;
    else if (is(Word::structure))
        t.kind = TemplateKind::structure;
    else if (is(Word::unique))
        t.kind = TemplateKind::unique;
    else if (is(Word::declaration))
        t.kind = TemplateKind::declaration;
    if (t.kind != TemplateKind::ordinary)
        take();
    if (!is(Word::template_))
        unexpected("'template'",
                   "a file begins with: [object|structure|unique|declaration] template NAME;");
    take();
    if (!is(T::name))
        unexpected("the template's name");
    t.name = std::string(token_.text);
    t.name_span = start.to(token_.span);
    t.debug = debug_enabled(options_, t.name);
    Span name = token_.span;
    take();
    skip_description();
    if (!is(T::semicolon))
        unexpected("';' after the template's name");
    t.header = start.to(token_.span);
    if (!valid_template_name(t.name))
        report(ErrorClass::syntax, fmt::format("'{}' is no valid template name", t.name), name);
    else if (!path_.ends_with('/' + t.name + ".pan") && !path_.ends_with('/' + t.name + ".tpl")) {
        misplaced_ = errors_.size();
        report(ErrorClass::syntax,
               fmt::format("template '{}' is in the wrong file or folder", t.name), name,
               fmt::format(
                   "it belongs into {}.pan below a folder of the include path; this file is {}",
                   t.name, path_));
    }
    take();
}

/// The statements of 2002 that are gone; answers whether there was one.
bool Parser::old_statement() {
    if (options_.dialect != Dialect::d2002 || !is(T::identifier))
        return false;
    if (token_.text == "description") {
        skip_description();
        want(T::semicolon, "';' after the description");
        return true;
    }
    if (token_.text == "delete") {
        deletion();
        return true;
    }
    if (token_.text != "define")
        return false;
    deprecated(token_.span, "leave out 'define'");
    take();
    if (is(Word::structure)) {  // define structure T = {...}
        deprecated(token_.span, "write type T = {...}");
        token_.word = Word::type;
    }
    if (!is(Word::final_) && !is(Word::variable) && !is(Word::type) && !is(Word::function))
        unexpected("'type', 'function', 'variable' or 'structure' after 'define'");
    statement();
    return true;
}

/// delete '/path'; is '/path' = null;
void Parser::deletion() {
    Statement s{};
    s.kind = Statement::Kind::assign;
    s.span = token_.span;
    deprecated(token_.span, "write '/path' = null;");
    take();
    s.name_span = token_.span;
    std::string text = path_token("a path after 'delete'");
    want(T::semicolon, "';' after the path");
    allowed(s.kind, s.name_span);
    try {
        PanPath p = parse_path(text, options_.dialect);
        s.absolute = p.kind == PanPath::absolute;
        s.terms = std::move(p.terms);
        if (s.absolute == (tpl_->kind == TemplateKind::structure) || p.kind == PanPath::external)
            report(ErrorClass::syntax, fmt::format("'{}' cannot be deleted from here", text),
                   s.name_span);
    } catch (const EvalFailure& f) {
        report(ErrorClass::syntax, f.message, s.name_span, f.hint);
    }
    Block& b = tpl_->blocks.emplace_back();
    b.root = literal(Element::null(), s.name_span);
    b.owner = tpl_.get();
    b.constant = true;
    b.value = Element::null();
    s.block = &b;
    add(std::move(s));
}

void Parser::statement() {
    if (is(T::semicolon))
        return take();
    statement_notes_ = notes();
    if (old_statement())
        return;
    if (is(T::string))
        return assignment(false);
    if (is(T::keyword)) {
        switch (token_.word) {
            case Word::final_:
                take();
                if (is(T::string))
                    return assignment(true);
                if (is(Word::variable))
                    return variable(true);
                unexpected("a path or 'variable' after 'final'");
            case Word::variable: return variable(false);
            case Word::include: return include();
            case Word::prefix: return prefix();
            case Word::type: return type_definition();
            case Word::function: return function_definition();
            case Word::bind: return binding(false);
            case Word::valid: return binding(true);
            case Word::object:
            case Word::structure:
            case Word::unique:
            case Word::declaration:
            case Word::template_: unexpected("a statement", "one file holds one template");
            default: break;
        }
    }
    std::string hint;
    if (is(T::identifier)) {
        if (std::string_view near = near_statement(token_.text); !near.empty())
            hint = fmt::format("did you mean '{}'?", near);
        else
            hint = "paths are written in quotes; variables are set with: variable NAME = value;";
    } else if (is(T::heredoc)) {
        hint = "a heredoc cannot be a path";
    } else if (is(Word::else_)) {
        hint = "no ';' before 'else'";
    }
    unexpected("a statement", hint);
}

bool Parser::allowed(Statement::Kind k, Span s) {
    using K = Statement::Kind;
    bool yes = true;
    std::string what;
    if (tpl_->kind == TemplateKind::structure) {
        yes = k == K::assign || k == K::include;
        if (!yes && options_.dialect >= Dialect::v8 &&
            (k == K::variable || k == K::type || k == K::function)) {
            deprecated(s, "structure templates should hold assignments and includes only");
            yes = true;
        }
    }
    if (tpl_->kind == TemplateKind::declaration)
        yes = k != K::assign;
    static constexpr std::string_view words[] = {"assignments", "variables", "includes", "types",
                                                 "functions",   "bind",      "valid"};
    if (!yes)
        report(ErrorClass::syntax,
               fmt::format("a {} template cannot contain {}", template_kind_name(tpl_->kind),
                           k == K::bind || k == K::valid
                               ? fmt::format("'{}' statements", words[int(k)])
                               : std::string(words[int(k)])),
               s,
               tpl_->kind == TemplateKind::declaration
                   ? "it holds types, functions, variables and bindings; paths are set in ordinary "
                     "templates"
                   : "it holds assignments to relative paths, and includes; the rest belongs into "
                     "the template that uses it");
    return yes;
}

static Statement begin(Statement::Kind kind, Span start, bool final = false) {
    Statement s{};
    s.kind = kind;
    s.span = start;
    s.final = final;
    return s;
}

Statement& Parser::add(Statement s) {
    s.span = s.span.to(last_);
    s.notes = statement_notes_;
    tpl_->statements.push_back(std::move(s));
    return tpl_->statements.back();
}

uint32_t Parser::origin(const Span& s) {
    auto& places = tpl_->places;
    if (places.size() + 1 >= max_origins(*text_))
        return tpl_->first_origin ? tpl_->first_origin : 0;
    if (!tpl_->first_origin)
        return 0;
    places.emplace_back(s.line, s.col);
    return tpl_->first_origin + uint32_t(places.size()) - 1;
}

std::string Parser::path_token(std::string_view what) {
    if (!is(T::string))
        unexpected(what, is(T::heredoc)      ? "a heredoc cannot be a path"
                         : is(T::identifier) ? "paths are written in quotes"
                                             : "");
    std::string s = token_.value;
    take();
    return s;
}

void Parser::assignment(bool final) {
    Statement s = begin(Statement::Kind::assign, final ? last_ : token_.span, final);
    s.name_span = token_.span;
    std::string text = path_token("a path");
    if (!is(T::assign) && !is(T::maybe))
        unexpected("'=' or '?=' after the path");
    s.conditional = is(T::maybe);
    take();
    bool good = allowed(s.kind, s.name_span);
    try {
        PanPath p = parse_path(text, options_.dialect);
        if (p.kind == PanPath::external) {
            report(ErrorClass::syntax, "an assignment can only set paths of its own object",
                   s.name_span);
        } else {
            s.absolute = p.kind == PanPath::absolute;
            s.terms = std::move(p.terms);
            if (!s.absolute && has_prefix_) {
                s.terms.insert(s.terms.begin(), prefix_.begin(), prefix_.end());
                s.absolute = true;
            }
            if (!s.absolute && !s.terms[0].is_key())
                report(ErrorClass::syntax,
                       fmt::format("the relative path '{}' begins with an index", text),
                       s.name_span);
            else if (good && s.absolute && tpl_->kind == TemplateKind::structure)
                report(
                    ErrorClass::syntax,
                    fmt::format("a structure template can only set relative paths, not '{}'", text),
                    s.name_span, "leave out the leading '/'");
            else if (good && !s.absolute && tpl_->kind != TemplateKind::structure)
                report(ErrorClass::syntax, fmt::format("the path '{}' is not absolute", text),
                       s.name_span, "begin it with '/', or say: prefix '/some/path'; before");
            if (s.absolute && !s.terms.empty() && !s.terms[0].is_key())
                report(
                    ErrorClass::syntax,
                    fmt::format(
                        "the path '{}' begins with an index, but the root of a profile is an nlist",
                        text),
                    s.name_span);
        }
    } catch (const EvalFailure& f) {
        report(ErrorClass::syntax, f.message, s.name_span, f.hint);
    }
    s.origin = origin(s.name_span);
    s.block = block_of_dml();
    if (!is(T::semicolon))
        unexpected("';' or an operator");
    take();
    add(std::move(s));
}

void Parser::variable(bool final) {
    Statement s = begin(Statement::Kind::variable, final ? last_ : token_.span, final);
    take();
    if (!is(T::identifier))
        unexpected("the variable's name");
    s.name_span = token_.span;
    std::string name(token_.text);
    take();
    if (!is(T::assign) && !is(T::maybe))
        unexpected("'=' or '?=' after the variable's name");
    s.conditional = is(T::maybe);
    take();
    allowed(s.kind, s.name_span);
    if (options_.dialect >= Dialect::v8 && name == "loadpath") {
        deprecated(s.name_span, "write LOADPATH in upper case");
        name = "LOADPATH";
    }
    if (set_by_compiler(name))
        report(ErrorClass::syntax,
               fmt::format("'{}' is set by the compiler and cannot be assigned", name),
               s.name_span);
    s.symbol = symbol(Name::variable, name);
    s.origin = origin(s.name_span);
    s.block = block_of_dml();
    if (!is(T::semicolon))
        unexpected("';' or an operator");
    take();
    add(std::move(s));
}

void Parser::include() {
    Statement s = begin(Statement::Kind::include, token_.span);
    take();
    s.name_span = token_.span;
    allowed(s.kind, s.span);
    if (options_.dialect >= Dialect::v8 && (is(T::identifier) || is(T::keyword)) &&
        peek().type != T::lparen && peek().type != T::lbracket) {
        // include my/template; the name is what stands there up to the semicolon
        Span first = token_.span;
        size_t from = token_.offset, to = token_.end;
        while (!is(T::semicolon) && !is(T::end)) {
            to = token_.end;
            take();
        }
        std::string name = text_->substr(from, to - from);
        Block& b = tpl_->blocks.emplace_back();
        b.root = literal(Element::of_string(name), first.to(last_));
        b.owner = tpl_.get();
        b.constant = true;
        b.value = b.root->value;
        s.block = &b;
        s.name_span = b.root->span;
        deprecated(s.name_span, fmt::format("write include '{}';", name));
    } else {
        in_include_ = true;
        s.block = block_of_dml();
        in_include_ = false;
    }
    if (!is(T::semicolon))
        unexpected("';' after the template to include");
    take();
    s.name_span = s.block->root->span;
    if (s.block->constant) {
        const Element& v = s.block->value;
        if (!v.is_defined())
            return;
        if (!v.is(Kind::string))
            report(
                ErrorClass::syntax,
                fmt::format("include needs the name of a template, not a {}", kind_name(v.kind())),
                s.name_span);
        else if (!valid_include_name(v.string()))
            report(ErrorClass::syntax, fmt::format("'{}' is no valid template name", v.string()),
                   s.name_span, "names have no leading '/' and no extension");
    }
    add(std::move(s));
}

void Parser::prefix() {
    Span start = token_.span;
    take();
    Span where = token_.span;
    std::string text = path_token("a path after 'prefix'");
    if (!is(T::semicolon))
        unexpected("';' after the prefix");
    take();
    (void)start;
    if (text.empty()) {
        has_prefix_ = false;
        prefix_.clear();
        return;
    }
    try {
        PanPath p = parse_path(text, options_.dialect);
        if (p.kind == PanPath::external) {
            report(ErrorClass::syntax, "a prefix cannot lie in another object", where);
        } else if (p.kind == PanPath::absolute) {
            base_ = prefix_ = std::move(p.terms);
            has_base_ = has_prefix_ = true;
        } else if (!has_base_) {
            report(
                ErrorClass::syntax,
                fmt::format("the prefix '{}' is relative, and no absolute one came before", text),
                where);
        } else {
            prefix_ = base_;
            prefix_.insert(prefix_.end(), p.terms.begin(), p.terms.end());
            has_prefix_ = true;
        }
    } catch (const EvalFailure& f) {
        report(ErrorClass::syntax, f.message, where, f.hint);
    }
}

void Parser::type_definition() {
    Statement s = begin(Statement::Kind::type, token_.span);
    take();
    s.name_span = token_.span;
    if (is(T::string) && options_.dialect >= Dialect::v8) {
        deprecated(token_.span, fmt::format("write bind {} = ...", token_.text));
        if (!token_.value.starts_with('/'))
            token_.value.insert(0, 1, '/');
        token_.word = Word::none;
        last_ = s.span;
        // read the rest as a bind statement
        return binding(false);
    }
    if (!is(T::identifier))
        unexpected("the type's name",
                   is(T::string) ? "a path is given its type with: bind '/path' = type;" : "");
    s.symbol = symbol(Name::type, token_.text);
    std::string name(token_.text);
    take();
    want(T::assign, "'=' after the type's name");
    allowed(s.kind, s.name_span);
    if (!types_.insert(s.symbol).second)
        report(ErrorClass::syntax, fmt::format("type '{}' is defined twice in this file", name),
               s.name_span);
    s.type = full_type();
    if (!is(T::semicolon))
        unexpected("';' after the type");
    take();
    add(std::move(s));
}

void Parser::function_definition() {
    Statement s = begin(Statement::Kind::function, token_.span);
    take();
    if (!is(T::identifier))
        unexpected("the function's name");
    s.name_span = token_.span;
    s.symbol = symbol(Name::function, token_.text);
    std::string name(token_.text);
    take();
    want(T::assign, "'=' after the function's name");
    allowed(s.kind, s.name_span);
    if (!functions_.insert(s.symbol).second)
        report(ErrorClass::syntax, fmt::format("function '{}' is defined twice in this file", name),
               s.name_span);
    s.block = block_of_dml(true, false);
    skip_description();
    if (!is(T::semicolon))
        unexpected("';' or an operator");
    take();
    add(std::move(s));
}

void Parser::binding(bool valid) {
    Statement s = begin(valid ? Statement::Kind::valid : Statement::Kind::bind, token_.span);
    if (!is(T::string))
        take();
    s.name_span = token_.span;
    std::string text = path_token(valid ? "a path after 'valid'" : "a path after 'bind'");
    want(T::assign, "'=' after the path");
    allowed(s.kind, s.name_span);
    if (text.find("${") != std::string::npos) {
        s.path_text = text;
    } else {
        try {
            PanPath p = parse_path(text, options_.dialect);
            if (p.kind != PanPath::absolute)
                report(ErrorClass::syntax, fmt::format("'{}' is not an absolute path", text),
                       s.name_span, "begin it with '/'");
            s.terms = std::move(p.terms);
        } catch (const EvalFailure& f) {
            report(ErrorClass::syntax, f.message, s.name_span, f.hint);
        }
    }
    if (valid) {
        TypeSpec& t = tpl_->types.emplace_back();
        t.kind = TypeSpec::builtin;
        t.basic = TypeSpec::element;
        t.symbol = symbol(Name::type, "element");
        t.span = token_.span;
        s.type.type = &t;
        s.type.owner = tpl_.get();
        s.type.span = token_.span;
        s.type.with = block_of_dml(false, false);
    } else {
        s.type = full_type();
    }
    if (!is(T::semicolon))
        unexpected(valid ? "';' or an operator" : "';' after the type");
    take();
    add(std::move(s));
}

}  // namespace weft::compiler
