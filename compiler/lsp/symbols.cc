// From the storage of a parsed template, where everything is that the parser ever made: no walk
// over the tree, and what constant folding threw away is seen as well.
#include "compiler/lsp/symbols.hh"

#include <algorithm>
#include <set>
#include <tuple>

#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/text.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::lsp {
namespace {

std::tuple<uint32_t, uint32_t> start(const Span& s) { return {s.line, s.col}; }

class Collect {
public:
    explicit Collect(Sheet& sheet) : sheet_(sheet), t_(*sheet.tpl), lines_(*t_.text, Units::utf8) {
        for (size_t i = 0; i < t_.blocks.size(); i++)
            if (t_.blocks[i].root)
                blocks_.push_back(i);
        std::sort(blocks_.begin(), blocks_.end(), [&](size_t a, size_t b) {
            return start(t_.blocks[a].root->span) < start(t_.blocks[b].root->span);
        });
    }

    void run() {
        statements();
        expressions();
        types();
        auto& all = sheet_.mentions;
        std::stable_sort(all.begin(), all.end(),
                         [](auto& a, auto& b) { return start(a.span) < start(b.span); });
    }

private:
    Mention& add(Sort sort, Span span, uint32_t symbol = 0, std::string name = {}) {
        return sheet_.mentions.emplace_back(
            Mention{.sort = sort, .symbol = symbol, .span = span, .name = std::move(name)});
    }
    /// The first `length` characters of a span.
    static Span head(Span s, size_t length) {
        return {s.line, s.col, s.line, s.col + uint32_t(length) - 1};
    }

    void statements() {
        if (!t_.name.empty()) {
            Span s = t_.name_span;
            s.line = s.end_line;
            s.col = s.end_col + 1 - uint32_t(t_.name.size());
            add(Sort::template_, s, 0, t_.name).definition = true;
        }
        for (size_t i = 0; i < t_.statements.size(); i++) {
            const Statement& s = t_.statements[i];
            using K = Statement::Kind;
            Mention* m = nullptr;
            switch (s.kind) {
                case K::variable: m = &add(Sort::global, s.name_span, s.symbol); break;
                case K::function: m = &add(Sort::function, s.name_span, s.symbol); break;
                case K::type: m = &add(Sort::type, s.name_span, s.symbol); break;
                case K::assign:
                case K::bind:
                case K::valid:
                    if (!s.path_text.empty() || (s.kind == K::assign && !s.absolute))
                        break;
                    m = &add(Sort::path, s.name_span, 0, path_text(s.terms));
                    m->definition = s.kind == K::bind;
                    m->statement = int32_t(i);
                    continue;
                case K::include:
                    if (s.block->constant && s.block->value.is(Kind::string))
                        add(Sort::template_, s.name_span, 0, std::string(s.block->value.string()));
                    break;
            }
            if (m) {
                m->definition = true;
                m->statement = int32_t(i);
            }
            static const uint32_t loadpath = symbol(Name::variable, "LOADPATH");
            if (s.kind == K::variable && s.symbol == loadpath)
                load_path_.push_back(s.span);
        }
    }

    const Block* block_of(const Expr& e, int32_t& number) const {
        auto at =
            std::upper_bound(blocks_.begin(), blocks_.end(), start(e.span),
                             [&](auto s, size_t b) { return s < start(t_.blocks[b].root->span); });
        if (at == blocks_.begin())
            return nullptr;
        number = int32_t(*--at);
        return &t_.blocks[size_t(number)];
    }

    void expressions() {
        std::set<const Expr*> targets, type_names;
        for (const Expr& e : t_.exprs) {
            if (e.op == Op::assign && e.kids[0]->kids.empty())
                targets.insert(e.kids[0]);
            if (e.op == Op::foreach_) {
                targets.insert(e.kids[0]);
                targets.insert(e.kids[1]);
            }
            if (e.op == Op::special && e.builtin->name == "is_valid" && !e.kids.empty())
                type_names.insert(e.kids[0]);
        }
        static const uint32_t argv = symbol(Name::variable, "ARGV"),
                              argc = symbol(Name::variable, "ARGC"),
                              loadpath = symbol(Name::variable, "LOADPATH");
        for (const Expr& e : t_.exprs) {
            switch (e.op) {
                case Op::self:
                    add(Sort::automatic, head(e.span, 4), 0, "SELF");
                    self_steps(e);
                    break;
                case Op::automatic:
                case Op::variable: {
                    std::string name(symbol_text(Name::variable, e.symbol).view());
                    Span s = head(e.span, name.size());
                    if (e.op == Op::automatic || e.symbol == argv || e.symbol == argc) {
                        add(Sort::automatic, s, 0, name);
                    } else if (type_names.count(&e)) {
                        uint32_t type = symbol(Name::type, name);
                        add(Sort::type, s, type);
                    } else if (e.slot >= 0) {
                        Mention& m = add(Sort::local, s, e.symbol);
                        block_of(e, m.block);
                        m.definition = targets.count(&e) > 0;
                    } else {
                        add(e.symbol == loadpath ? Sort::automatic : Sort::global, s, e.symbol,
                            e.symbol == loadpath ? name : "");
                    }
                    break;
                }
                case Op::user_call:
                    add(Sort::function,
                        head(e.span, symbol_text(Name::function, e.symbol).view().size()),
                        e.symbol);
                    break;
                case Op::call:
                case Op::special: {
                    add(Sort::builtin, head(e.span, e.builtin->name.size()), 0,
                        std::string(e.builtin->name));
                    if (!e.kids.empty() && e.kids[0]->op == Op::literal &&
                        e.kids[0]->value.is(Kind::string))
                        argument(e, *e.kids[0]);
                    break;
                }
                case Op::literal:
                    if (e.value.is(Kind::string) &&
                        std::any_of(load_path_.begin(), load_path_.end(), [&](Span s) {
                            return start(s) <= start(e.span) && e.span.end_line <= s.end_line;
                        }))
                        sheet_.load_path.emplace_back(e.value.string());
                    break;
                default: break;
            }
        }
    }

    /// SELF['a']['b'] in a statement that sets an absolute path: each step leads to a path.
    void self_steps(const Expr& self) {
        auto after =
            std::upper_bound(t_.statements.begin(), t_.statements.end(), start(self.span),
                             [](auto at, const Statement& s) { return at < start(s.span); });
        if (after == t_.statements.begin())
            return;
        const Statement& s = *std::prev(after);
        if (s.kind != Statement::Kind::assign || !s.absolute || !s.path_text.empty())
            return;
        std::vector<Term> terms = s.terms;
        for (const Expr* k : self.kids) {
            if (!k->is_step)
                return;
            terms.push_back(k->step);
            add(Sort::path, k->span, 0, path_text(terms));
        }
    }

    /// Some built-ins take the name of a template or a path.
    void argument(const Expr& call, const Expr& e) {
        std::string_view f = call.builtin->name, s = e.value.string();
        if (f == "create" || f == "if_exists" || (f == "exists" && !s.starts_with('/'))) {
            if (!valid_template_name(s))
                return;
            add(Sort::template_, e.span, 0, std::string(s)).required = f == "create";
        } else if ((f == "value" || f == "path_exists" || f == "exists") && s.starts_with('/')) {
            try {
                add(Sort::path, e.span, 0, path_text(parse_path(s).terms));
            } catch (const EvalFailure&) {
            }
        }
    }

    void types() {
        for (const TypeSpec& s : t_.types) {
            if (s.kind == TypeSpec::alias || s.kind == TypeSpec::builtin) {
                std::string name(symbol_text(Name::type, s.symbol).view());
                Span span = head(s.span, name.size());
                // "valid" makes a type that is written nowhere.
                if (lines_.slice(span) != name)
                    continue;
                if (s.kind == TypeSpec::alias)
                    add(Sort::type, span, s.symbol);
                else
                    add(Sort::basic_type, span, 0, name);
            }
            for (const TypeSpec::Include& i : s.includes) {
                std::string_view name = symbol_text(Name::type, i.symbol).view();
                Span span = i.span;
                span.line = span.end_line;
                span.col = span.end_col + 1 - uint32_t(name.size());
                add(Sort::type, span, i.symbol);
            }
        }
    }

    Sheet& sheet_;
    const Template& t_;
    Lines lines_;
    std::vector<size_t> blocks_;
    std::vector<Span> load_path_;
};

}  // namespace

SheetPtr read_sheet(std::string path, Text text) {
    auto sheet = std::make_shared<Sheet>();
    sheet->path = std::move(path);
    sheet->text = text;
    if (!is_utf8(*text))
        text = std::make_shared<const std::string>(repair_utf8(*text));
    Parsed p = parse_template(sheet->path, text, {.warnings = Warnings::off, .debug = true}, 0);
    sheet->tpl = std::move(p.read);
    sheet->errors = std::move(p.errors);
    sheet->whole = std::none_of(sheet->errors.begin(), sheet->errors.end(),
                                [](auto& e) { return e.cls == ErrorClass::parse; });
    Collect(*sheet).run();
    return sheet;
}

const Mention* mention_at(const Sheet& sheet, uint32_t line, uint32_t col) {
    const Mention* found = nullptr;
    for (const Mention& m : sheet.mentions) {
        const Span& s = m.span;
        if (start(s) > std::tuple(line, col))
            break;
        // Right behind a name still counts, unless another one begins there.
        if (std::tuple(line, col) <= std::tuple(s.end_line, s.end_col + 1))
            found = &m;
    }
    return found;
}

std::string_view sort_name(Sort s) {
    static constexpr std::string_view names[] = {
        "variable",           "local variable", "function",
        "built-in function",  "type",           "built-in type",
        "automatic variable", "template",       "path"};
    return names[int(s)];
}

std::string name_of(const Mention& m) {
    switch (m.sort) {
        case Sort::global:
        case Sort::local: return std::string(symbol_text(Name::variable, m.symbol).view());
        case Sort::function: return std::string(symbol_text(Name::function, m.symbol).view());
        case Sort::type: return std::string(symbol_text(Name::type, m.symbol).view());
        default: return m.name;
    }
}

}  // namespace weft::compiler::lsp
