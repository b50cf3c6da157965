// Definitions are shown as they are written, with the annotations before them and where they stand.
#include "compiler/lsp/describe.hh"

#include <fmt/core.h>

#include "compiler/builtin.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/schema.hh"
#include "compiler/lsp/text.hh"
#include "compiler/text/words.hh"
#include "compiler/tools/annotations.hh"

namespace weft::compiler::lsp {
namespace {

/// At most so many lines of the source of something.
std::string source_of(const Sheet& sheet, const Span& span) {
    constexpr size_t most = 24;
    Lines lines(*sheet.tpl->text, Units::utf8);
    std::string_view s = lines.slice(span);
    size_t at = 0;
    for (size_t n = 0; n < most && at != s.npos; n++)
        at = s.find('\n', at ? at + 1 : 0);
    std::string out = "```pan\n" + std::string(s.substr(0, at));
    if (at != s.npos)
        out += "\n...";
    return out + "\n```\n";
}

/// Markdown must not be made by what people write in annotations by accident: only line ends are
/// kept.
std::string paragraph(std::string_view text) {
    std::string out;
    for (char c : text)
        out += c == '\n' ? std::string("  \n") : std::string(1, c);
    return out;
}

std::string definition(const Workspace& w, const Target& t) {
    const Statement& s = *t.statement();
    std::string out = source_of(*t.sheet, s.span);
    out += paragraph(annotation_text(*t.sheet->tpl, s.notes));
    return out + "*" + place_text(w, *t.sheet, s.name_span) + "*\n";
}

std::string path_description(const Workspace& w, const View& view, const std::string& path) {
    std::string out = "`" + path + "`";
    std::vector<Term> terms;
    try {
        terms = parse_path(path).terms;
    } catch (const EvalFailure&) {
        return {};
    }
    auto all = bound_to(view, terms);
    if (all.empty())
        return out + ": no type is bound to it\n";
    for (const Bound& b : all) {
        out += fmt::format(": `{}`", type_text(*b.sheet, *b.type));
        if (b.field)
            out += b.required ? ", required" : ", optional";
        if (b.type->has_default && b.type->default_value.is_property()) {
            Lines lines(*b.sheet->tpl->text, Units::utf8);
            out += fmt::format(", default `{}`", lines.slice(b.type->default_span));
        }
        out += "  \n" + paragraph(annotation_text(*b.sheet->tpl, b.field  ? b.field->notes
                                                                 : b.bind ? b.bind->notes
                                                                          : Annotated{}));
        out += "*" + place_text(w, *b.sheet, b.type->span) + "*\n\n";
        if (&b != &all.back())
            out += "`" + path + "`";
    }
    return out;
}

}  // namespace

std::string place_text(const Workspace& w, const Sheet& sheet, const Span& span) {
    return fmt::format("{}:{}", w.shown(sheet.path), span.line);
}

std::string describe(const Workspace& w, const SheetPtr& sheet, const Mention& m) {
    std::string name = name_of(m);
    const View& view = w.view(sheet->path);
    switch (m.sort) {
        case Sort::automatic:
            return fmt::format("**{}**: {}\n", name, automatic_variable(name)->about);
        case Sort::basic_type: return fmt::format("**{}**: {}\n", name, basic_type(name)->about);
        case Sort::builtin: {
            const Builtin* b = find_builtin(name);
            return fmt::format("```pan\n{}\n```\n{}\n", b->signature(), b->about());
        }
        case Sort::path: return path_description(w, view, m.name);
        case Sort::local: {
            std::string out = fmt::format("local variable **{}**\n", name);
            for (const Target& t : w.same(sheet, m))
                if (t.mention->definition)
                    return out + fmt::format("\nset in line {}\n", t.mention->span.line);
            return out;
        }
        case Sort::template_: {
            std::string path = view.find_template(m.name);
            if (path.empty())
                return fmt::format("template **{}**: not found on the include path\n", m.name);
            SheetPtr s = w.sheet(path);
            if (!s)
                return path + "\n";
            std::string kind(template_kind_name(s->tpl->kind));
            return fmt::format("{} template **{}**\n\n{}*{}*\n", kind, m.name,
                               paragraph(annotation_text(*s->tpl, s->tpl->notes)),
                               place_text(w, *s, s->tpl->name_span));
        }
        case Sort::global:
        case Sort::function:
        case Sort::type: break;
    }
    constexpr size_t most = 4;
    auto all = view.definitions(m.sort, m.symbol);
    if (all.empty())
        return fmt::format("{} **{}**: defined nowhere in the workspace\n", sort_name(m.sort),
                           name);
    std::string out;
    for (size_t i = 0; i < all.size() && i < most; i++)
        out += definition(w, all[i]) + '\n';
    if (all.size() > most)
        out += fmt::format("and {} more\n", all.size() - most);
    return out;
}

std::string describe_field(const Workspace& w, const Sheet& sheet, uint32_t line, uint32_t col) {
    auto within = [&](const Span& s) {
        return s.line == line && s.end_line == line && s.col <= col && col <= s.end_col + 1;
    };
    for (const TypeSpec& t : sheet.tpl->types)
        for (auto* fields : {&t.required, &t.optional})
            for (const Field& f : *fields) {
                if (!within(f.name_span))
                    continue;
                return fmt::format("field **{}**: `{}`, {}  \n{}*{}*\n", f.key.view(),
                                   type_text(sheet, f.type),
                                   fields == &t.required ? "required" : "optional",
                                   paragraph(annotation_text(*sheet.tpl, f.notes)),
                                   place_text(w, sheet, f.name_span));
            }
    return {};
}

}  // namespace weft::compiler::lsp
