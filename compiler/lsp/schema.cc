// A walk down the types, one step of the path at a time; names of types are looked up in the whole
// workspace.
#include "compiler/lsp/schema.hh"

#include <algorithm>
#include <map>

#include "compiler/messages/hints.hh"

namespace weft::compiler::lsp {
namespace {

/// A type and the file it is written in.
struct Spot {
    SheetPtr sheet;
    const TypeSpec* type;
};
constexpr int deepest = 64;  // of aliases and includes: a circle of them ends here

/// What an alias finally stands for; nothing when it is not defined.
std::vector<Spot> resolved(const View& w, Spot s, int depth = 0) {
    if (s.type->kind != TypeSpec::alias)
        return {s};
    if (depth > deepest)
        return {};
    std::vector<Spot> out;
    for (const Target& t : w.definitions(Sort::type, s.type->symbol)) {
        if (!t.statement())
            continue;
        for (Spot& x : resolved(w, {t.sheet, t.statement()->type.type}, depth + 1))
            out.push_back(std::move(x));
        break;  // the first: two definitions cannot be in one object
    }
    return out;
}

/// f(sheet, field, required) for the fields of a record, included ones too.
template <class F>
void each_field(const View& w, const Spot& s, F f, int depth = 0) {
    if (depth > deepest)
        return;
    for (const Spot& r : resolved(w, s)) {
        if (r.type->kind != TypeSpec::record)
            continue;
        for (const Field& x : r.type->required)
            f(r.sheet, x, true);
        for (const Field& x : r.type->optional)
            f(r.sheet, x, false);
        for (const TypeSpec::Include& i : r.type->includes)
            for (const Target& t : w.definitions(Sort::type, i.symbol))
                if (t.statement())
                    each_field(w, {t.sheet, t.statement()->type.type}, f, depth + 1);
    }
}

/// The walk with lists and dicts: those have element types without a FullType around them.
struct Walk {
    Bound at;
    const TypeSpec* type;  ///< at.type->type, or an element type within it
    SheetPtr sheet;
};

/// Several binds may lead to one field: each place counts once.
bool same_place(const Walk& a, const Walk& b) {
    return a.sheet == b.sheet && a.type == b.type && a.at.type == b.at.type;
}

std::vector<Walk> descend(const View& w, const Walk& from, const Term& term) {
    std::vector<Walk> out;
    for (const Spot& s : resolved(w, {from.sheet, from.type})) {
        bool any = term == any_step();
        if ((s.type->kind == TypeSpec::list && (any || !term.is_key())) ||
            (s.type->kind == TypeSpec::dict && (any || term.is_key()))) {
            out.push_back({from.at, s.type->of, s.sheet});
        } else if (s.type->kind == TypeSpec::record) {
            each_field(w, s, [&](const SheetPtr& sheet, const Field& f, bool required) {
                if (term.is_key() && f.key == term.key && out.size() < 32)
                    out.push_back({{sheet, &f.type, nullptr, &f, required}, f.type.type, sheet});
            });
        }
    }
    return out;
}

std::vector<Walk> walks(const View& w, const std::vector<Term>& path) {
    std::vector<Walk> out;
    for (auto* entry : w.sheets())
        for (const SheetPtr& sheet = entry->second; const Statement& s : sheet->tpl->statements) {
            if (s.kind != Statement::Kind::bind || !s.path_text.empty() ||
                s.terms.size() > path.size() || !s.type.type)
                continue;
            if (!std::equal(s.terms.begin(), s.terms.end(), path.begin()))
                continue;
            std::vector<Walk> now{{{sheet, &s.type, &s}, s.type.type, sheet}};
            for (size_t i = s.terms.size(); i < path.size() && !now.empty(); i++) {
                std::vector<Walk> next;
                for (const Walk& x : now)
                    for (Walk& y : descend(w, x, path[i]))
                        next.push_back(std::move(y));
                now = std::move(next);
            }
            for (Walk& x : now)
                if (std::none_of(out.begin(), out.end(),
                                 [&](const Walk& y) { return same_place(x, y); }))
                    out.push_back(std::move(x));
        }
    return out;
}

}  // namespace

const Term& any_step() {
    static const Term any{Key("*")};
    return any;
}

std::vector<Bound> bound_to(const View& w, const std::vector<Term>& path) {
    std::vector<Bound> out;
    for (Walk& x : walks(w, path))
        out.push_back(std::move(x.at));
    return out;
}

std::vector<Child> children_of(const View& w, const std::vector<Term>& path) {
    std::map<std::string, Child> all;
    for (const Walk& x : walks(w, path))
        each_field(w, {x.sheet, x.type}, [&](const SheetPtr& sheet, const Field& f, bool required) {
            std::string name(f.key.view());
            all.emplace(name, Child{name, sheet, &f, required});
        });
    for (auto* entry : w.sheets())
        for (const SheetPtr& sheet = entry->second; const Statement& s : sheet->tpl->statements) {
            bool has_path = s.kind == Statement::Kind::bind || s.kind == Statement::Kind::valid ||
                            (s.kind == Statement::Kind::assign && s.absolute);
            if (!has_path || s.terms.size() <= path.size() ||
                !std::equal(path.begin(), path.end(), s.terms.begin()))
                continue;
            if (!s.terms[path.size()].is_key())
                continue;
            std::string name = s.terms[path.size()].text();
            all.emplace(name, Child{name});
        }
    std::vector<Child> out;
    for (auto& [name, c] : all)
        out.push_back(std::move(c));
    return out;
}

std::vector<std::string> choices_of(const View& w, const std::vector<Term>& path) {
    std::vector<std::string> out;
    for (const Walk& x : walks(w, path))
        for (const Spot& s : resolved(w, {x.sheet, x.type}))
            if (s.type->kind == TypeSpec::choice)
                for (const Element& e : s.type->choices)
                    out.emplace_back(e.string());
    return out;
}

std::string type_text(const Sheet& sheet, const FullType& type) {
    return source_part(*sheet.tpl, type.span);
}

}  // namespace weft::compiler::lsp
