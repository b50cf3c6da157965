// Every expression the parser made is in Template::exprs, those it has folded away included; who
// reads and who sets a variable is seen from there. What never runs needs the order of the
// statements.
#include "compiler/tools/lint_code.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "compiler/text/lex.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/words.hh"

namespace weft::compiler {

std::shared_ptr<const Template> read_for_tools(std::string_view text, std::string_view path) {
    auto copy = std::make_shared<const std::string>(text);
    return parse_template('/' + std::string(path), copy, {.warnings = Warnings::off, .debug = true},
                          0)
        .read;
}

/// The names in "${A} and ${B}", for substitute() and bind.
template <class F>
static void each_placeholder(std::string_view text, F f) {
    for (size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 2))
        if (size_t end = text.find('}', at); end != text.npos)
            f(text.substr(at + 2, end - at - 2));
}

void LintTree::add(std::string_view text, std::string_view path) {
    auto copy = std::make_shared<const std::string>(text);
    Parsed p = parse_template('/' + std::string(path), copy,
                              {.warnings = Warnings::off, .debug = true}, 0);
    bool broken = std::any_of(p.errors.begin(), p.errors.end(),
                              [](auto& e) { return e.cls == ErrorClass::parse; });
    if (broken) {
        // Any name may be used in the part that was not understood.
        Lexer lexer(text, std::string(path));
        for (Token t;;) {
            try {
                t = lexer.next();
            } catch (const TemplateError&) {
                continue;
            }
            if (t.type == T::end)
                break;
            if (t.type == T::identifier)
                for (auto& names : used_)
                    names.emplace(t.text);
        }
    }
    const Template& t = *p.read;
    std::set<const Expr*> targets;
    for (const Expr& e : t.exprs)
        if (e.op == Op::assign && e.kids[0]->kids.empty())
            targets.insert(e.kids[0]);
    for (const Expr& e : t.exprs) {
        if (e.op == Op::variable && e.slot < 0 && !targets.count(&e))
            used_[int(Name::variable)].emplace(symbol_text(Name::variable, e.symbol).view());
        if (e.op == Op::literal && e.value.is(Kind::string))
            each_placeholder(e.value.string(), [&](std::string_view name) {
                used_[int(Name::variable)].emplace(name);
            });
        if (e.op == Op::user_call)
            used_[int(Name::function)].emplace(symbol_text(Name::function, e.symbol).view());
        if (e.op == Op::special && e.builtin->name == "is_valid" && e.kids[0]->op == Op::variable)
            used_[int(Name::type)].emplace(symbol_text(Name::variable, e.kids[0]->symbol).view());
    }
    for (const TypeSpec& s : t.types) {
        if (s.kind == TypeSpec::alias)
            used_[int(Name::type)].emplace(symbol_text(Name::type, s.symbol).view());
        for (auto& i : s.includes)
            used_[int(Name::type)].emplace(symbol_text(Name::type, i.symbol).view());
    }
    for (const Statement& s : t.statements) {
        if (s.kind == Statement::Kind::variable)
            globals_.emplace(symbol_text(Name::variable, s.symbol).view());
        each_placeholder(s.path_text,
                         [&](std::string_view name) { used_[int(Name::variable)].emplace(name); });
    }
}

namespace {

/// What happens to one local variable of one block.
struct Local {
    const Expr* first = nullptr;  ///< the first assignment
    std::vector<const Expr*> writes;
    bool read = false, changed_inside = false, shares = false;
};

bool before(Span a, Span b) { return std::tie(a.line, a.col) < std::tie(b.line, b.col); }
std::string name_of(const Expr& variable) {
    return std::string(symbol_text(Name::variable, variable.symbol).view());
}
/// A variable without its subscripts.
Span name_span(const Expr& e) {
    return {e.span.line, e.span.col, e.span.line,
            e.span.col + uint32_t(symbol_text(Name::variable, e.symbol).view().size()) - 1};
}
bool is_call(const Expr& e, std::string_view name) {
    return e.builtin && (e.op == Op::call || e.op == Op::special) && e.builtin->name == name;
}
/// A new value that nobody else refers to, made without any effect.
bool is_fresh(const Expr& e) {
    if (e.op == Op::literal)
        return true;
    return (is_call(e, "list") || is_call(e, "dict") || is_call(e, "nlist")) &&
           std::all_of(e.kids.begin(), e.kids.end(), [](const Expr* k) { return is_fresh(*k); });
}

class Look {
public:
    Look(const Template& t, const LintTree* tree) : t_(t), tree_(tree) {
        for (const Block& b : t.blocks)
            if (b.root)
                blocks_.push_back(&b);
        std::sort(blocks_.begin(), blocks_.end(),
                  [](auto* a, auto* b) { return before(a->root->span, b->root->span); });
    }

    std::vector<CodeFinding> run() {
        locals();
        for (const Expr& e : t_.exprs)  // an 'if' stays here when its condition is constant
            branches(e);
        for (const Block* b : blocks_) {
            std::vector<uint32_t> loops;
            walk(*b->root, loops);
        }
        definitions();
        return std::move(found_);
    }

private:
    void add(Span s, std::string_view id, std::string message, bool line_can_go = false) {
        found_.push_back({s, id, std::move(message), line_can_go});
    }

    const Block* block_of(const Expr& e) const {
        auto at = std::upper_bound(blocks_.begin(), blocks_.end(), e.span,
                                   [](Span s, auto* b) { return before(s, b->root->span); });
        return at == blocks_.begin() ? nullptr : *--at;
    }

    void locals() {
        std::set<const Expr*> other_than_read, statements;
        std::map<std::pair<const Block*, uint32_t>, Local> all;
        auto local = [&](const Expr& v) -> Local* {
            const Block* b = v.op == Op::variable && v.slot >= 0 ? block_of(v) : nullptr;
            return b ? &all[{b, v.symbol}] : nullptr;
        };
        for (const Expr& e : t_.exprs) {
            if (e.op == Op::block)
                for (size_t i = 0; i + 1 < e.kids.size(); i++)
                    statements.insert(e.kids[i]);
            if (e.op == Op::assign) {
                const Expr& target = *e.kids[0];
                Local* l = local(target);
                if (!l)
                    continue;
                other_than_read.insert(&target);
                if (!target.kids.empty()) {
                    l->changed_inside = true;
                } else {
                    l->writes.push_back(&e);
                    if (!l->first || before(e.span, l->first->span))
                        l->first = &e;
                    if (!is_fresh(*e.kids[1]))
                        l->shares = true;
                }
            }
        }
        // substitute() reads variables by their names.
        std::set<const Block*> by_name;
        for (const Expr& e : t_.exprs)
            if (is_call(e, "substitute"))
                by_name.insert(block_of(e));
        // Loop variables and what first() and next() set count as read: their place demands a name.
        for (const Expr& e : t_.exprs)
            if (Local* l = !other_than_read.count(&e) ? local(e) : nullptr)
                l->read = true;
        static const uint32_t argv = symbol(Name::variable, "ARGV"),
                              argc = symbol(Name::variable, "ARGC");
        for (auto& [key, l] : all) {
            if (!l.first || key.second == argv || key.second == argc)
                continue;
            const Expr& target = *l.first->kids[0];
            std::string name = name_of(target);
            if (!l.read && !(l.changed_inside && l.shares) && !by_name.count(key.first)) {
                for (const Expr* w : l.writes) {
                    if (w != l.first && l.changed_inside)
                        break;
                    bool goes = !l.changed_inside && statements.count(w) && is_fresh(*w->kids[1]) &&
                                alone(w->span);
                    add(name_span(*w->kids[0]), "UN001",
                        fmt::format("the local variable '{}' is set but never read", name), goes);
                }
            }
            bool here =
                std::any_of(t_.statements.begin(), t_.statements.end(),
                            [&, symbol = key.second](const Statement& s) {
                                return s.kind == Statement::Kind::variable && s.symbol == symbol;
                            });
            if (here || (tree_ && tree_->has_global(name)))
                add(name_span(target), "SH001",
                    fmt::format("the local variable '{}' has the name of a global one; setting it "
                                "fails where that is defined",
                                name));
        }
    }

    /// Is this, with its semicolon, all there is in its line?
    bool alone(Span s) const {
        if (s.line != s.end_line)
            return false;
        std::string_view line = line_of(*t_.text, int(s.line));
        size_t from = line.find_first_not_of(" \t"), to = line.find_last_not_of(" \t\r");
        return from != line.npos && from + 1 == s.col && to == s.end_col && line[to] == ';';
    }

    /// Does control never come behind this?
    static bool ends(const Expr& e) {
        if (is_call(e, "return") || is_call(e, "error"))
            return true;
        if (e.op == Op::block)
            return std::any_of(e.kids.begin(), e.kids.end(),
                               [](const Expr* k) { return ends(*k); });
        return e.op == Op::if_ && e.kids.size() == 3 && ends(*e.kids[1]) && ends(*e.kids[2]);
    }

    /// The value that many write behind error() so that a function is seen to have one: nobody
    /// waits for it to run.
    static bool for_form(const Expr& e) {
        if (is_call(e, "return"))
            return std::all_of(e.kids.begin(), e.kids.end(),
                               [](const Expr* k) { return for_form(*k); });
        return (e.op == Op::literal || e.op == Op::variable || e.op == Op::self) && e.kids.empty();
    }

    /// Branches that a constant condition never takes.
    void branches(const Expr& e) {
        if ((e.op != Op::if_ && e.op != Op::while_) || e.kids[0]->op != Op::literal ||
            !e.kids[0]->value.is(Kind::boolean))
            return;
        bool yes = e.kids[0]->value.boolean();
        if (!yes)
            add(e.kids[1]->span, "UR001", "never runs: the condition is always false");
        else if (e.op == Op::if_ && e.kids.size() > 2)
            add(e.kids[2]->span, "UR001", "never runs: the condition is always true");
    }

    void walk(const Expr& e, std::vector<uint32_t>& loops) {
        if (e.op == Op::block)
            for (size_t i = 0; i + 1 < e.kids.size(); i++)
                if (ends(*e.kids[i])) {
                    if (i + 2 == e.kids.size() && is_call(*e.kids[i], "error") &&
                        for_form(*e.kids[i + 1]))
                        break;
                    add(e.kids[i + 1]->span, "UR001",
                        "never runs: what is before always returns or fails");
                    break;
                }
        size_t outer = loops.size();
        if (e.op == Op::foreach_)
            for (int i = 0; i < 2; i++) {
                const Expr& v = *e.kids[size_t(i)];
                if (v.op != Op::variable || !v.kids.empty())
                    continue;
                if (std::find(loops.begin(), loops.begin() + long(outer), v.symbol) !=
                    loops.begin() + long(outer))
                    add(name_span(v), "SH003",
                        fmt::format("'{}' is also a variable of the loop around this one",
                                    name_of(v)));
                loops.push_back(v.symbol);
            }
        if (e.op != Op::literal)
            for (const Expr* k : e.kids)
                walk(*k, loops);
        loops.resize(outer);
    }

    void definitions() {
        for (const Statement& s : t_.statements) {
            using K = Statement::Kind;
            if (s.kind != K::variable && s.kind != K::function && s.kind != K::type)
                continue;
            Name kind = s.kind == K::variable   ? Name::variable
                        : s.kind == K::function ? Name::function
                                                : Name::type;
            std::string name(symbol_text(kind, s.symbol).view());
            if (s.kind == K::function && find_builtin(name))
                add(s.name_span, "SH002",
                    fmt::format(
                        "the function '{}' is never called: the built-in function of that name is",
                        name));
            if (s.kind == K::type && basic_type(name))
                add(s.name_span, "SH002",
                    fmt::format("'{}' is a built-in type and cannot be defined again", name));
            if (!tree_ || tree_->mentions(kind, name) || name == "LOADPATH")
                continue;
            if (s.kind == K::variable)
                add(s.name_span, "UN002",
                    fmt::format("the global variable '{}' is read nowhere in the tree", name));
            else
                add(s.name_span, "UN003",
                    fmt::format("the {} '{}' is used nowhere in the tree",
                                s.kind == K::function ? "function" : "type", name));
        }
    }

    const Template& t_;
    const LintTree* tree_;
    std::vector<const Block*> blocks_;
    std::vector<CodeFinding> found_;
};

}  // namespace

std::vector<CodeFinding> lint_code(const Template& t, const LintTree* tree) {
    return Look(t, tree).run();
}

}  // namespace weft::compiler
