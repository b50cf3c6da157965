// From a name to what it means and back: hover, definitions, references, rename, outlines; and the
// layout.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "compiler/builtin.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/describe.hh"
#include "compiler/lsp/schema.hh"
#include "compiler/lsp/server.hh"
#include "compiler/text/lex.hh"
#include "compiler/tools/reformat.hh"

namespace weft::compiler::lsp {

Element Server::hover(const Element& params) {
    auto p = place(params);
    std::string said;
    if (p->mention)
        said = describe(workspace_, p->sheet, *p->mention);
    else
        said = describe_field(workspace_, *p->sheet, p->line, p->col);
    if (said.empty())
        return Element::null();
    Element out =
        object({{"contents", object({{"kind", text("markdown")}, {"value", text(said)}})}});
    if (p->mention)
        set(out, "range", range(*p->sheet, p->mention->span));
    return out;
}

Element Server::definition(const Element& params) {
    auto p = place(params);
    if (!p->mention)
        return Element::null();
    const Mention& m = *p->mention;
    const View& view = workspace_.view(p->sheet->path);
    switch (m.sort) {
        case Sort::global:
        case Sort::function:
        case Sort::type: return locations(view.definitions(m.sort, m.symbol));
        case Sort::local:
            for (const Target& t : workspace_.same(p->sheet, m))
                if (t.mention->definition)
                    return location(*t.sheet, t.mention->span);
            return Element::null();
        case Sort::template_: {
            std::string path = view.find_template(m.name);
            if (path.empty())
                return Element::null();
            SheetPtr s = workspace_.sheet(path);
            if (!s)
                return object({{"uri", text(uri(path))}, {"range", lsp::to_json(TextRange{})}});
            return location(*s, s->tpl->name_span);
        }
        case Sort::path: {
            Element out = array();
            for (const Bound& b : bound_to(view, parse_path(m.name).terms))
                out.list_ref().push_back(location(*b.sheet, b.field  ? b.field->name_span
                                                            : b.bind ? b.bind->name_span
                                                                     : b.type->span));
            return out;
        }
        default: return Element::null();
    }
}

Element Server::references(const Element& params) {
    auto p = place(params);
    if (!p->mention)
        return array();
    bool declarations = boolean_at(get(params, "context"), "includeDeclaration", true);
    std::vector<Target> all = workspace_.same(p->sheet, *p->mention);
    if (!declarations)
        std::erase_if(all, [](const Target& t) {
            return t.mention->definition && t.mention->sort != Sort::local;
        });
    return locations(all);
}

Element Server::highlight(const Element& params) {
    auto p = place(params);
    Element out = array();
    if (!p->mention)
        return out;
    for (const Target& t : workspace_.same(p->sheet, *p->mention))
        if (t.sheet == p->sheet)
            out.list_ref().push_back(object({{"range", range(*t.sheet, t.mention->span)},
                                             {"kind", number(t.mention->definition ? 3 : 2)}}));
    return out;
}

// ---- rename

static bool can_be_renamed(const Mention* m) {
    return m && (m->sort == Sort::global || m->sort == Sort::local || m->sort == Sort::function ||
                 m->sort == Sort::type);
}

Element Server::prepare_rename(const Element& params) {
    auto p = place(params);
    if (!can_be_renamed(p->mention))
        return Element::null();
    return object({{"range", range(*p->sheet, p->mention->span)},
                   {"placeholder", text(name_of(*p->mention))}});
}

/// Does the text have this word anywhere?
static bool has_word(std::string_view text, std::string_view word) {
    auto part = [&](size_t i) {
        return i < text.size() && (isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
    };
    for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1))
        if (!(at && part(at - 1)) && !part(at + word.size()))
            return true;
    return false;
}

Element Server::rename(const Element& params) {
    auto p = place(params);
    if (!can_be_renamed(p->mention))
        throw Error(exit_usage, "there is no name here that can be changed");
    const Mention& m = *p->mention;
    std::string was = name_of(m), now(string_at(&params, "newName"));
    auto good = [](char c, bool first) {
        return (c | 32) >= 'a' ? (c | 32) <= 'z' || c == '_' : !first && c >= '0' && c <= '9';
    };
    bool name = !now.empty();
    for (size_t i = 0; i < now.size(); i++)
        name = name && good(now[i], i == 0);
    if (!name || reserved(now) != Word::none)
        throw Error(exit_usage, fmt::format("'{}' is no name", now), {},
                    "letters, digits and '_', and no keyword");
    if (automatic_variable(now))
        throw Error(exit_usage, fmt::format("'{}' is set by the compiler", now));
    if (m.sort == Sort::function && find_builtin(now))
        throw Error(exit_usage, fmt::format("'{}' is a built-in function", now));
    if (m.sort == Sort::type && basic_type(now))
        throw Error(exit_usage, fmt::format("'{}' is a built-in type", now));
    std::vector<Target> all = workspace_.same(p->sheet, m);
    if (now != was && m.sort != Sort::local) {
        Name kind = m.sort == Sort::global     ? Name::variable
                    : m.sort == Sort::function ? Name::function
                                               : Name::type;
        std::vector<Target> taken;
        for (const Target& t : all)
            if (taken.empty())
                taken = workspace_.view(t.sheet->path).definitions(m.sort, symbol(kind, now));
        if (!taken.empty())
            throw Error(exit_usage,
                        fmt::format("there is a {} '{}' already", sort_name(m.sort), now), {},
                        place_text(workspace_, *taken[0].sheet, taken[0].mention->span));
    }
    if (now != was && m.sort == Sort::local)
        for (const Mention& other : p->sheet->mentions)
            if ((other.sort == Sort::local && other.block == m.block && name_of(other) == now) ||
                (other.sort == Sort::global && name_of(other) == now))
                throw Error(exit_usage, fmt::format("'{}' is used here already", now), {},
                            place_text(workspace_, *p->sheet, other.span));
    for (auto* entry : workspace_.view(p->sheet->path).sheets())
        if (const SheetPtr& sheet = entry->second; !sheet->whole &&
                                                   (m.sort != Sort::local || sheet == p->sheet) &&
                                                   has_word(*sheet->text, was))
            throw Error(exit_usage,
                        fmt::format("'{}' mentions '{}' and has syntax errors",
                                    place_text(workspace_, *sheet, {1, 1, 1, 1}), was),
                        {}, "put them right first");
    Element changes = object({});
    for (const Target& t : all) {
        Element& edits = changes.dict_ref().at(Key(uri(t.sheet->path)));
        if (!edits.is(Kind::list))
            edits = array();
        edits.list_ref().push_back(
            object({{"range", range(*t.sheet, t.mention->span)}, {"newText", text(now)}}));
    }
    return object({{"changes", changes}});
}

// ---- outlines

namespace {
enum SymbolKind {
    module_symbol = 2,
    property_symbol = 7,
    field_symbol = 8,
    function_symbol = 12,
    variable_symbol = 13,
    struct_symbol = 23
};
}

Element Server::document_symbols(const Element& params) {
    SheetPtr sheet = sheet_at(params);
    const Template& t = *sheet->tpl;
    Lines lines(*t.text, units_);
    Element out = array();
    auto make = [&](std::string_view name, int kind, const Span& whole, const Span& own,
                    std::string detail = {}) {
        Element e = object({{"name", text(name.empty() ? "?" : name)},
                            {"kind", number(kind)},
                            {"range", lsp::to_json(lines.range(whole))},
                            {"selectionRange", lsp::to_json(lines.range(own))}});
        if (!detail.empty())
            set(e, "detail", text(detail));
        return e;
    };
    for (const Statement& s : t.statements) {
        using K = Statement::Kind;
        switch (s.kind) {
            case K::variable:
                out.list_ref().push_back(make(symbol_text(Name::variable, s.symbol).view(),
                                              variable_symbol, s.span, s.name_span));
                break;
            case K::function:
                out.list_ref().push_back(make(symbol_text(Name::function, s.symbol).view(),
                                              function_symbol, s.span, s.name_span));
                break;
            case K::type: {
                Element e = make(symbol_text(Name::type, s.symbol).view(), struct_symbol, s.span,
                                 s.name_span);
                Element fields = array();
                if (s.type.type && s.type.type->kind == TypeSpec::record) {
                    std::vector<const Field*> all;
                    for (auto* list : {&s.type.type->required, &s.type.type->optional})
                        for (const Field& f : *list)
                            all.push_back(&f);
                    std::sort(all.begin(), all.end(), [](auto* a, auto* b) {
                        return std::tie(a->span.line, a->span.col) <
                               std::tie(b->span.line, b->span.col);
                    });
                    for (const Field* f : all)
                        fields.list_ref().push_back(make(f->key.view(), field_symbol, f->span,
                                                         f->name_span, type_text(*sheet, f->type)));
                } else if (s.type.type) {
                    set(e, "detail", text(type_text(*sheet, s.type)));
                }
                if (fields.size())
                    set(e, "children", fields);
                out.list_ref().push_back(std::move(e));
                break;
            }
            case K::assign:
            case K::bind:
            case K::valid:
                out.list_ref().push_back(
                    make(s.path_text.empty()
                             ? (s.kind == K::assign && !s.absolute ? path_text(s.terms).substr(1)
                                                                   : path_text(s.terms))
                             : s.path_text,
                         property_symbol, s.span, s.name_span,
                         s.kind == K::bind    ? "bind"
                         : s.kind == K::valid ? "valid"
                                              : ""));
                break;
            case K::include: break;
        }
    }
    return out;
}

/// The names of templates, which lead to their files.
Element Server::document_links(const Element& params) {
    SheetPtr sheet = sheet_at(params);
    const View& view = workspace_.view(sheet->path);
    Lines lines(*sheet->tpl->text, units_);
    Element out = array();
    for (const Mention& m : sheet->mentions)
        if (m.sort == Sort::template_ && !m.definition)
            if (std::string path = view.find_template(m.name); !path.empty())
                out.list_ref().push_back(object(
                    {{"range", lsp::to_json(lines.range(m.span))}, {"target", text(uri(path))}}));
    return out;
}

Element Server::workspace_symbols(const Element& params) {
    constexpr size_t most = 500;
    auto lower = [](std::string s) {
        for (char& c : s)
            c = char(c >= 'A' && c <= 'Z' ? c + 32 : c);
        return s;
    };
    std::string query = lower(std::string(string_at(&params, "query")));
    Element out = array();
    for (auto& [path, sheet] : workspace_.sheets())
        for (const Mention& m : sheet->mentions) {
            if (!m.definition || m.sort == Sort::local || m.sort == Sort::path)
                continue;
            std::string name = name_of(m);
            if (lower(name).find(query) == std::string::npos)
                continue;
            int kind = m.sort == Sort::template_  ? module_symbol
                       : m.sort == Sort::function ? function_symbol
                       : m.sort == Sort::type     ? struct_symbol
                                                  : variable_symbol;
            out.list_ref().push_back(object({{"name", text(name)},
                                             {"kind", number(kind)},
                                             {"location", location(*sheet, m.span)},
                                             {"containerName", text(sheet->tpl->name)}}));
            if (out.size() >= most)
                return out;
        }
    return out;
}

// ---- layout

Element Server::formatting(const Element& params) {
    SheetPtr sheet = sheet_at(params);
    const std::string& before = *sheet->text;
    std::string after = reformat(before, sheet->path);
    Element edits = array();
    if (after == before)
        return edits;
    // One edit for what lies between the lines that stay at both ends.
    size_t from = 0, shorter = std::min(before.size(), after.size());
    while (from < shorter && before[from] == after[from])
        from++;
    while (from && before[from - 1] != '\n')
        from--;
    size_t same = 0;
    while (same < shorter - from &&
           before[before.size() - 1 - same] == after[after.size() - 1 - same])
        same++;
    while (same && before[before.size() - same - 1] != '\n')
        same--;
    Lines lines(before, units_);
    TextRange r{lines.position(from), lines.position(before.size() - same)};
    edits.list_ref().push_back(object(
        {{"range", lsp::to_json(r)},
         {"newText", text(std::string_view(after).substr(from, after.size() - same - from))}}));
    return edits;
}

}  // namespace weft::compiler::lsp
