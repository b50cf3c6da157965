// Expressions: precedence, names to slots and symbols, operators with literal operands done at
// once.
#include <fmt/core.h>

#include "base/error.hh"
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/operators.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/text/escapes.hh"
#include "compiler/text/fold.hh"
#include "compiler/text/parser.hh"

namespace weft::compiler {

/// Parse one DML and resolve which of its names are local. What can be computed now, is.
const Block* Parser::block_of_dml(bool function, bool fold_it) {
    Scope scope;
    scope.function = function;
    Scope* outer = std::exchange(scope_, &scope);
    int arguments = std::exchange(argument_depth_, 0);
    Expr* root = dml();
    scope_ = outer;
    argument_depth_ = arguments;

    Block& b = tpl_->blocks.emplace_back();
    b.root = root;
    b.owner = tpl_.get();
    if (function) {
        static const uint32_t argv = symbol(Name::variable, "ARGV"),
                              argc = symbol(Name::variable, "ARGC");
        for (Expr* v : scope.variables)
            if (v->symbol == argv || v->symbol == argc)
                scope.assigned.insert(v->symbol);
        for (uint32_t s : scope.assigned) {
            if (s == argv)
                b.argv = int32_t(b.locals.size());
            if (s == argc)
                b.argc = int32_t(b.locals.size());
            b.locals.push_back(s);
        }
    } else {
        b.locals.assign(scope.assigned.begin(), scope.assigned.end());
    }
    for (Expr* v : scope.variables) {
        auto it = std::lower_bound(b.locals.begin(), b.locals.end(), v->symbol);
        if (it != b.locals.end() && *it == v->symbol)
            v->slot = int32_t(it - b.locals.begin());
    }
    find_escapes(*root, function);
    if (fold_it && errors_.empty())
        fold_block(*tpl_, b, options_);
    return &b;
}

Expr* Parser::make(Op op, Span s) {
    Expr& e = tpl_->exprs.emplace_back();
    e.op = op;
    e.span = s;
    return &e;
}

Expr* Parser::literal(Element value, Span s) {
    Expr* e = make(Op::literal, s);
    if (options_.dialect != Dialect::d2002)
        value.set_origin(origin(s));
    value.freeze();
    e->value = std::move(value);
    return e;
}

Expr* Parser::finish(Expr* e) {
    for (Expr* k : e->kids)
        e->depth = std::max(e->depth, k->depth + 1);
    if (e->depth > max_chain) {
        report(ErrorClass::parse,
               fmt::format("the expression is more than {} operations long", max_chain), e->span);
        throw Fatal();
    }
    return fold(e);
}

Expr* Parser::fold(Expr* e) {
    auto is_literal = [](const Expr* k) {
        return k->op == Op::literal;
    };
    if (e->op == Op::if_ || e->op == Op::while_ || e->op == Op::for_) {
        const Expr* condition = e->kids[e->op == Op::for_ ? 1 : 0];
        if (is_literal(condition) && !condition->value.is(Kind::boolean))
            report(ErrorClass::syntax,
                   fmt::format("the condition must be a boolean, not {}",
                               kind_name(condition->value.kind())),
                   condition->span);
        else if (is_literal(condition) && e->op == Op::if_) {
            size_t branch = condition->value.boolean() ? 1 : 2;
            return branch < e->kids.size() ? e->kids[branch] : literal(Element(), e->span);
        }
        return e;
    }
    if (e->op == Op::and_ || e->op == Op::or_) {
        bool known = true;
        for (Expr* k : e->kids) {
            if (!is_literal(k)) {
                known = false;
                continue;
            }
            if (!k->value.is(Kind::boolean)) {
                report(ErrorClass::syntax,
                       fmt::format("operator {} takes booleans, not {}", op_text(e->op),
                                   kind_name(k->value.kind())),
                       k->span);
                return e;
            }
            if (k == e->kids[0] && k->value.boolean() == (e->op == Op::or_))
                return k;
        }
        return known ? e->kids[1] : e;
    }
    bool two = e->op >= Op::bit_or && e->op <= Op::mod,
         one = e->op >= Op::plus && e->op <= Op::bit_not;
    if ((!two && !one) || !std::all_of(e->kids.begin(), e->kids.end(), is_literal))
        return e;
    const Element& a = e->kids[0]->value;
    const Element* b = two ? &e->kids[1]->value : nullptr;
    if (e->op == Op::plus && !a.is_number()) {
        report(ErrorClass::syntax,
               fmt::format("unary + takes a number, not {}", kind_name(a.kind())), e->span,
               "only a value that is known when the template runs is not checked");
        return e;
    }
    try {
        if (two && a.is(Kind::string) && b->is(Kind::string) &&
            a.string().size() + b->string().size() > 1'000'000)
            return e;
        return literal(two ? binary(e->op, a, *b) : compiler::unary(e->op, a), e->span);
    } catch (const EvalFailure& f) {
        report(folded_error_class(e->op, a, b), f.message,
               f.argument >= 0 ? e->kids[size_t(f.argument)]->span : e->span, f.hint);
        return e->kids[0];
    }
}

Expr* Parser::dml() {
    Nest nest(*this);
    if (!is(T::lbrace))
        return expression();
    Span start = token_.span;
    take();
    if (is(T::rbrace))
        fail(ErrorClass::parse, "a block cannot be empty", start.to(token_.span),
             "write undef for no value, dict() for an empty nlist");
    Expr* block = make(Op::block, start);
    for (;;) {
        if (is(T::semicolon))
            fail(ErrorClass::parse, "illegal empty DML statement", token_.span, "one ';' too many");
        block->kids.push_back(dml());
        if (is(T::semicolon)) {
            take();
            if (is(Word::else_))
                unexpected("a value", "no ';' before 'else'");
            if (!is(T::rbrace))
                continue;
        }
        if (is(T::end))
            unclosed("'}'", start, '{');
        if (!is(T::rbrace))
            unexpected("';', '}' or an operator",
                       last_.line && token_.span.line > last_.end_line && last_.end_line
                           ? "statements of a block are separated by ';', also after an inner '}'"
                           : "");
        take();
        break;
    }
    block->span = start.to(last_);
    if (block->kids.size() == 1 && block->kids[0]->op != Op::literal)
        return block->kids[0];
    return finish(block);
}

Expr* Parser::expression() {
    if (is(T::keyword)) {
        switch (token_.word) {
            case Word::if_: return conditional();
            case Word::while_: return loop();
            case Word::for_: return for_loop();
            case Word::foreach_: return foreach_loop();
            default: break;
        }
    }
    bool name = is(T::identifier) || (is(Word::object) && options_.dialect >= Dialect::v8);
    if (!name || peek().type == T::lparen)
        return binary_chain(1);
    Expr* v = variable_reference();
    if (!is(T::assign)) {
        left_ = v;
        return binary_chain(1);
    }
    Nest nest(*this);
    if (v->op == Op::automatic && v->automatic != Automatic::loadpath)
        report(ErrorClass::syntax,
               fmt::format("'{}' is set by the compiler and cannot be assigned", name_of(*v)),
               v->span);
    if (v->op == Op::self && v->kids.empty())
        report(ErrorClass::syntax, "SELF itself cannot be assigned, only its children", v->span,
               "the block's value is what becomes the new value");
    assigned(v);
    take();
    Expr* e = make(Op::assign, v->span);
    Expr* value = expression();
    e->kids = {v, value};
    e->span = v->span.to(last_);
    return finish(e);
}

std::string Parser::name_of(const Expr& e) {
    switch (e.automatic) {
        case Automatic::object: return "OBJECT";
        case Automatic::function: return "FUNCTION";
        case Automatic::template_: return "TEMPLATE";
        case Automatic::loadpath: return "LOADPATH";
        default:
            return e.op == Op::self ? "SELF"
                                    : std::string(symbol_text(Name::variable, e.symbol).view());
    }
}

void Parser::assigned(Expr* v) {
    if (v->op != Op::variable && v->op != Op::self)
        return;
    if (v->op == Op::variable && scope_)
        scope_->assigned.insert(v->symbol);
    for (const Expr* k : v->kids)
        try {
            if (k->op == Op::literal)
                (void)subscript(k->value);
        } catch (const EvalFailure& f) {
            report(ErrorClass::syntax, f.message, k->span, f.hint);
        }
}

Expr* Parser::condition() {
    Expr* e = dml();
    if (e->op == Op::assign)
        e->kids[0]->in_condition = true;
    return e;
}

Expr* Parser::conditional() {
    Nest nest(*this);
    Expr* e = make(Op::if_, token_.span);
    take();
    want(T::lparen, "'(' after 'if'");
    e->kids.push_back(condition());
    want(T::rparen, "')' after the condition");
    e->kids.push_back(dml());
    if (is(Word::else_)) {
        take();
        e->kids.push_back(dml());
    }
    e->span = e->span.to(last_);
    return finish(e);
}

Expr* Parser::loop() {
    Nest nest(*this);
    Expr* e = make(Op::while_, token_.span);
    take();
    want(T::lparen, "'(' after 'while'");
    e->kids.push_back(condition());
    want(T::rparen, "')' after the condition");
    e->kids.push_back(dml());
    e->span = e->span.to(last_);
    return finish(e);
}

Expr* Parser::for_loop() {
    Nest nest(*this);
    Expr* e = make(Op::for_, token_.span);
    take();
    want(T::lparen, "'(' after 'for'");
    e->kids.push_back(dml());
    want(T::semicolon, "';' after the initialiser");
    e->kids.push_back(condition());
    want(T::semicolon, "';' after the condition");
    e->kids.push_back(dml());
    want(T::rparen, "')' after the step");
    e->kids.push_back(dml());
    e->span = e->span.to(last_);
    return finish(e);
}

Expr* Parser::foreach_loop() {
    Nest nest(*this);
    Expr* e = make(Op::foreach_, token_.span);
    take();
    want(T::lparen, "'(' after 'foreach'");
    for (int i = 0; i < 2; i++) {
        if (!is(T::identifier))
            unexpected(i ? "a variable for the value" : "a variable for the key");
        Expr* v = variable_reference();
        if (v->op == Op::automatic || (v->op == Op::self && v->kids.empty()))
            report(ErrorClass::syntax,
                   fmt::format("'{}' is set by the compiler and cannot be assigned", name_of(*v)),
                   v->span);
        assigned(v);
        e->kids.push_back(v);
        want(T::semicolon, i ? "';' after the value variable" : "';' after the key variable");
    }
    e->kids.push_back(dml());
    want(T::rparen, "')' after the resource");
    e->kids.push_back(dml());
    e->span = e->span.to(last_);
    return finish(e);
}

static int level_of(T t, Op& op) {
    switch (t) {
        case T::or_: op = Op::or_; return 1;
        case T::and_: op = Op::and_; return 2;
        case T::bar: op = Op::bit_or; return 3;
        case T::caret: op = Op::bit_xor; return 4;
        case T::amp: op = Op::bit_and; return 5;
        case T::eq: op = Op::eq; return 6;
        case T::ne: op = Op::ne; return 6;
        case T::less: op = Op::lt; return 7;
        case T::greater: op = Op::gt; return 7;
        case T::le: op = Op::le; return 7;
        case T::ge: op = Op::ge; return 7;
        case T::plus: op = Op::add; return 8;
        case T::minus: op = Op::sub; return 8;
        case T::star: op = Op::mul; return 9;
        case T::slash: op = Op::div; return 9;
        case T::percent: op = Op::mod; return 9;
        default: return 0;
    }
}

/// Operators of this level and above, from left to right; left_ holds a first operand read already.
Expr* Parser::binary_chain(int level) {
    Expr* left = left_ ? std::exchange(left_, nullptr) : unary();
    Op op{};
    for (int l; (l = level_of(token_.type, op)) >= level;) {
        take();
        Expr* e = make(op, left->span);
        Expr* right = unary();
        Op ahead{};
        if (level_of(token_.type, ahead) > l) {
            left_ = right;
            right = binary_chain(l + 1);
        }
        e->kids = {left, right};
        e->span = left->span.to(last_);
        left = finish(e);
    }
    return left;
}

Expr* Parser::unary() {
    Op op;
    switch (token_.type) {
        case T::plus: op = Op::plus; break;
        case T::minus: op = Op::minus; break;
        case T::not_: op = Op::not_; break;
        case T::tilde: op = Op::bit_not; break;
        default: return primary();
    }
    Expr* e = make(op, token_.span);
    take();
    if (is(T::plus) || is(T::minus) || is(T::not_) || is(T::tilde))
        unexpected("an operand", "two signs in a row need parentheses: -(-1)");
    e->kids.push_back(primary());
    e->span = e->span.to(last_);
    return finish(e);
}

Expr* Parser::primary() {
    Span s = token_.span;
    switch (token_.type) {
        case T::long_: {
            int64_t n = token_.number;
            take();
            return literal(Element::of_long(n), s);
        }
        case T::double_: {
            double d = token_.real;
            take();
            return literal(Element::of_double(d), s);
        }
        case T::string:
        case T::heredoc: {
            Expr* e = literal(Element::of_string(token_.value), s);
            take();
            return e;
        }
        case T::lparen: {
            take();
            Expr* e = dml();
            if (!is(T::rparen))
                unclosed("')' or an operator", s, '(');
            take();
            if (is(T::lbracket))
                unexpected("an operator or ';'",
                           "only variables can be subscripted: put the value into one first");
            return e;
        }
        case T::identifier: return peek().type == T::lparen ? call(token_) : variable_reference();
        case T::keyword:
            switch (token_.word) {
                case Word::true_: take(); return literal(Element::of_boolean(true), s);
                case Word::false_: take(); return literal(Element::of_boolean(false), s);
                case Word::undef: take(); return literal(Element(), s);
                case Word::null_: take(); return literal(Element::null(), s);
                case Word::object:
                    if (options_.dialect >= Dialect::v8)
                        return variable_reference();
                    break;
                case Word::if_:
                case Word::while_:
                case Word::for_:
                case Word::foreach_:
                    unexpected("an operand",
                               fmt::format("put parentheses around the '{}'", token_.text));
                default: break;
            }
            break;
        default: break;
    }
    std::string hint;
    if (is(T::assign))
        hint = "a comparison is written ==";
    else if (is(T::keyword) && peek().type == T::assign)
        hint =
            fmt::format("'{}' is a word of the language and cannot name a variable", token_.text);
    unexpected("a value", hint);
}

Expr* Parser::variable_reference() {
    std::string name(token_.text);
    Expr* e = make(Op::variable, token_.span);
    if (options_.dialect >= Dialect::v8) {
        static constexpr std::pair<std::string_view, std::string_view> old[] = {
            {"object", "OBJECT"},
            {"self", "SELF"},
            {"argc", "ARGC"},
            {"argv", "ARGV"},
            {"loadpath", "LOADPATH"}};
        for (auto [was, now] : old)
            if (name == was) {
                deprecated(token_.span, fmt::format("write {} in upper case", now));
                name = now;
            }
    }
    if (name == "SELF") {
        e->op = Op::self;
        if (in_include_)
            report(ErrorClass::syntax, "SELF has no meaning in an include statement", e->span);
    } else if (name == "OBJECT") {
        e->automatic = Automatic::object;
    } else if (name == "FUNCTION") {
        e->automatic = Automatic::function;
    } else if (name == "TEMPLATE") {
        e->automatic = Automatic::template_;
    }
    if (e->automatic != Automatic::none)
        e->op = Op::automatic;
    e->symbol = symbol(Name::variable, name);
    take();
    while (is(T::lbracket)) {
        Nest nest(*this);
        take();
        argument_depth_++;
        e->kids.push_back(dml());
        argument_depth_--;
        Expr* step = e->kids.back();
        if (step->op == Op::literal) {
            try {
                step->step = subscript(step->value);
                step->is_step = true;
            } catch (const EvalFailure&) {
                // To read there is an error when it is done; to assign, one of the file.
            }
        }
        if (!is(T::rbracket))
            unexpected("']' or an operator");
        take();
    }
    e->span = e->span.to(last_);
    if (e->op == Op::variable && scope_)
        scope_->variables.push_back(e);
    for (Expr* k : e->kids)
        e->depth = std::max(e->depth, k->depth + 1);
    return e;
}

Expr* Parser::call(Token name) {
    Expr* e = make(Op::user_call, token_.span);
    if (set_by_compiler(name.text))
        report(ErrorClass::syntax, fmt::format("'{}' is a variable, not a function", name.text),
               name.span);
    take();  // the name
    Span open = token_.span;
    take();  // (
    if ((name.text == "return" || name.text == "error") && argument_depth_)
        report(ErrorClass::syntax,
               fmt::format("{}() cannot be used inside an argument or a subscript", name.text),
               name.span, "use it as an operand or a statement: condition || error('...')");
    return arguments(std::move(name), open, e);
}

/// Some functions refuse literals they cannot work with when the file is read, not when it runs.
/// They are tried with stand-ins for what is not known yet.
void Parser::check_literals(const Expr& e) {
    static constexpr std::string_view strict[] = {"dict",    "digest", "escape",  "match",
                                                  "matches", "nlist",  "unescape"};
    const Builtin& b = *e.builtin;
    if (b.name == "join")
        for (size_t i = 0; i < e.kids.size() && i < 2; i++) {
            const Expr* k = e.kids[i];
            if (k->op != Op::literal || (!k->value.is(Kind::null) && (i == 0 || e.kids.size() > 2)))
                continue;
            report(ErrorClass::syntax,
                   fmt::format("join(): argument {} must be a {}, not {}", i + 1,
                               i && e.kids.size() == 2 ? "list" : "string",
                               with_article(k->value.kind())),
                   k->span);
        }
    bool too_few = int(e.kids.size()) < b.arity.min;  // has been reported
    if (!b.call || e.kids.empty() || too_few ||
        std::find(std::begin(strict), std::end(strict), b.name) == std::end(strict))
        return;
    bool dict = b.name == "dict" || b.name == "nlist";
    size_t unknown = b.name == "digest"                         ? 1
                     : b.name == "match" || b.name == "matches" ? 0
                                                                : e.kids.size();
    std::vector<Element> values;
    std::vector<size_t> from;  // which argument each of them is
    for (size_t i = 0; i < e.kids.size(); i++) {
        bool known = e.kids[i]->op == Op::literal;
        if (dict && i % 2 == 0 && !known) {
            i++;
            continue;
        }
        if (!known && i != unknown && !dict)
            return;
        values.push_back(known ? e.kids[i]->value : Element::of_string(""));
        from.push_back(i);
    }
    try {
        Eval eval(options_, nullptr);
        b.call(eval, Arguments(b.name, values));
    } catch (const EvalFailure& f) {
        Span at = e.span;
        if (f.argument >= 0 && size_t(f.argument) < from.size()) {
            const Expr& about = *e.kids[from[size_t(f.argument)]];
            at = f.offset < 0
                     ? about.span
                     : literal_part(about, source_line(*text_, int(about.span.line)), f.offset);
        }
        report(ErrorClass::syntax, f.message, at, f.hint);
    } catch (const NotConstant&) {
    }
}

Expr* Parser::arguments(Token name, const Span& open, Expr* e) {
    Nest nest(*this);
    argument_depth_++;
    if (is(T::comma))
        take();  // f(,1) has one argument
    while (!is(T::rparen)) {
        e->kids.push_back(dml());
        if (is(T::rparen))
            break;
        if (!is(T::comma))
            unclosed("',', ')' or an operator", open, '(');
        take();
    }
    argument_depth_--;
    take();
    if (is(T::lbracket))
        unexpected("an operator or ';'",
                   "only variables can be subscripted: put the value into one first");
    e->span = name.span.to(last_);
    for (Expr* k : e->kids)
        e->depth = std::max(e->depth, k->depth + 1);
    std::string_view known = name.text;
    if (options_.dialect == Dialect::d2002 && (known == "hash" || known == "is_hash")) {
        deprecated(name.span, fmt::format("write {}()", known == "hash" ? "dict" : "is_dict"));
        known = known == "hash" ? "dict" : "is_dict";
    }
    e->builtin = find_builtin(known);
    if (!e->builtin) {
        e->symbol = symbol(Name::function, name.text);
        return e;
    }
    const Builtin& b = *e->builtin;
    e->op = b.special ? Op::special : Op::call;
    int n = int(e->kids.size());
    if (n < b.arity.min || (b.arity.max >= 0 && n > b.arity.max)) {
        auto count = [](int c) {
            return fmt::format("{} argument{}", c, c == 1 ? "" : "s");
        };
        std::string wanted =
            b.arity.max < 0 ? "at least " + count(b.arity.min)
            : b.arity.min == b.arity.max
                ? (b.arity.min == 0 ? "no arguments" : "exactly " + count(b.arity.min))
                : fmt::format("{} to {}", b.arity.min, count(b.arity.max));
        if (b.name == "is_valid" || (b.arity.min == 2 && b.arity.max == 2))
            wanted = "exactly two arguments";
        report(ErrorClass::syntax, fmt::format("{}() requires {}, not {}", b.name, wanted, n),
               e->span, std::string(b.doc));
    } else if (b.check) {
        if (std::string wrong = b.check(CallNode{*e}); !wrong.empty())
            report(ErrorClass::syntax, wrong, e->span, std::string(b.doc));
    }
    if (b.name == "append" || b.name == "prepend" || b.name == "first" || b.name == "next" ||
        b.name == "delete")
        for (size_t i = b.name[0] == 'f' || b.name[0] == 'n' ? 1 : 0; i < e->kids.size(); i++) {
            if ((b.name[0] == 'a' || b.name[0] == 'p') && (i > 0 || e->kids.size() < 2))
                break;
            assigned(e->kids[i]);
        }
    check_literals(*e);
    if ((b.name == "debug" || b.name == "traceback") && !tpl_->debug)
        return literal(Element(), e->span);
    return e;
}

}  // namespace weft::compiler
