// What could come next: names that are in reach, templates that can be included, fields the schema
// knows.
#include <algorithm>

#include "compiler/builtin.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/lsp/context.hh"
#include "compiler/lsp/describe.hh"
#include "compiler/lsp/schema.hh"
#include "compiler/lsp/server.hh"
#include "compiler/text/words.hh"
#include "compiler/tools/annotations.hh"

namespace weft::compiler::lsp {

namespace {

enum ItemKind {
    function_item = 3,
    field_item = 5,
    variable_item = 6,
    module_item = 9,
    struct_item = 22,
    keyword_item = 14,
    value_item = 12
};

class Items {
public:
    static constexpr size_t most = 400;
    Items(std::string_view word, TextRange range) : word_(word), range_(range) {}

    void add(std::string_view label, int kind, std::string_view detail = {},
             std::string_view about = {}) {
        if (!starts_with(label) || !seen_.emplace(label).second)
            return;
        if (list_.size() >= most) {
            more_ = true;
            return;
        }
        Element e = object(
            {{"label", text(label)},
             {"kind", number(kind)},
             {"textEdit", object({{"range", lsp::to_json(range_)}, {"newText", text(label)}})}});
        if (!detail.empty())
            set(e, "detail", text(detail));
        if (!about.empty())
            set(e, "documentation", text(about));
        list_.list_ref().push_back(std::move(e));
    }
    Element done() {
        return object({{"isIncomplete", boolean(more_)}, {"items", std::move(list_)}});
    }

private:
    /// Capitals are those of the writer's convenience.
    bool starts_with(std::string_view label) const {
        auto lower = [](char c) {
            return char(c >= 'A' && c <= 'Z' ? c + 32 : c);
        };
        return label.size() >= word_.size() &&
               std::equal(word_.begin(), word_.end(), label.begin(),
                          [&](char a, char b) { return lower(a) == lower(b); });
    }
    std::string_view word_;
    TextRange range_;
    Element list_ = array();
    std::set<std::string, std::less<>> seen_;
    bool more_ = false;
};

}  // namespace

Element Server::completion(const Element& params) {
    SheetPtr sheet = sheet_at(params);
    std::string_view source = *sheet->text;
    Lines lines(source, units_);
    size_t offset = lines.offset(position_at(get(params, "position")));
    Context c = context_at(source, offset);

    // Of a path only the last step is completed.
    std::string_view word = c.word;
    size_t from = c.from;
    std::vector<Term> parent = c.base;
    if (c.kind == Context::path) {
        size_t slash = word.rfind('/');
        if (slash != word.npos) {
            try {
                std::string_view above = word.substr(0, slash);
                if (!above.empty()) {
                    PanPath p = parse_path(above);
                    parent.insert(parent.end(), p.terms.begin(), p.terms.end());
                }
            } catch (const EvalFailure&) {
                return array();
            }
            word.remove_prefix(slash + 1);
            from += slash + 1;
        }
    }
    const View& view = workspace_.view(sheet->path);
    Items items(word, {lines.position(from), lines.position(offset)});
    switch (c.kind) {
        case Context::none: break;
        case Context::statement:
            for (const ReservedWord& w : reserved_words())
                if (w.sort == ReservedWord::statement)
                    items.add(w.text, keyword_item);
            if (sheet->tpl->name.empty())
                for (const char* k : {"template", "object template", "structure template",
                                      "unique template", "declaration template"})
                    items.add(k, keyword_item);
            break;
        case Context::template_:
            for (auto* entry : view.sheets())
                if (const SheetPtr& s = entry->second;
                    s != sheet && !s->tpl->name.empty() && s->tpl->kind != TemplateKind::object)
                    items.add(s->tpl->name, module_item, template_kind_name(s->tpl->kind),
                              annotation_text(*s->tpl, s->tpl->notes));
            break;
        case Context::path:
        case Context::key:
            for (const Child& child : children_of(view, parent)) {
                if (child.sheet)
                    items.add(child.name, field_item,
                              type_text(*child.sheet, child.field->type) +
                                  (child.required ? "" : ", optional"),
                              annotation_text(*child.sheet->tpl, child.field->notes));
                else
                    items.add(child.name, field_item);
            }
            break;
        case Context::value:
            for (const std::string& s : choices_of(view, parent))
                items.add(s, value_item);
            break;
        case Context::type:
            for (const NamedWord& w : basic_types())
                items.add(w.name, struct_item, w.about);
            for (const char* k : {"choice", "extensible"})
                items.add(k, keyword_item);
            for (auto* entry : view.sheets())
                for (const SheetPtr& s = entry->second; const Mention& m : s->mentions)
                    if (m.definition && m.sort == Sort::type) {
                        const Statement& st = s->tpl->statements[size_t(m.statement)];
                        items.add(name_of(m), struct_item, type_text(*s, st.type),
                                  annotation_text(*s->tpl, st.notes));
                    }
            break;
        case Context::expression:
            for (const std::string& name : c.locals)
                items.add(name, variable_item, "local variable");
            for (const NamedWord& w : automatic_variables())
                if (c.in_function || (w.name != "ARGV" && w.name != "ARGC" && w.name != "FUNCTION"))
                    items.add(w.name, variable_item, w.about);
            for (const Builtin* b : builtins())
                items.add(b->name, function_item, b->signature(), b->about());
            for (const ReservedWord& w : reserved_words())
                if (w.sort == ReservedWord::constant || w.sort == ReservedWord::conditional ||
                    w.sort == ReservedWord::loop)
                    items.add(w.text, keyword_item);
            for (auto* entry : view.sheets())
                for (const SheetPtr& s = entry->second; const Mention& m : s->mentions) {
                    if (!m.definition || (m.sort != Sort::global && m.sort != Sort::function))
                        continue;
                    const Statement& st = s->tpl->statements[size_t(m.statement)];
                    items.add(name_of(m), m.sort == Sort::global ? variable_item : function_item,
                              s->tpl->name, annotation_text(*s->tpl, st.notes));
                }
            break;
    }
    return items.done();
}

}  // namespace weft::compiler::lsp
