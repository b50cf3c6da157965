// What is wrong with a file: its own errors, what the style checker finds, names that lead nowhere,
// and what the last compile of an object with it said.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "compiler/lsp/server.hh"
#include "compiler/utf16.hh"
#include "compiler/words.hh"

namespace weft::compiler::lsp {

namespace {

enum Severity { error = 1, warning = 2, information = 3, hint = 4 };

Element diagnostic(Element range, int severity, std::string_view source, std::string_view message) {
    return object({{"range", std::move(range)},
                   {"severity", number(severity)},
                   {"source", text(source)},
                   {"message", text(message)}});
}

std::string message_of(const TemplateError& e) {
    std::string out = fmt::format("{}: {}", error_class_name(e.cls), e.message);
    if (!e.element_path.empty() && out.find(e.element_path) == out.npos)
        out += fmt::format(" ({})", e.element_path);
    if (!e.hint.empty())
        out += "\nhint: " + e.hint;
    return out;
}

Span span_of(const Where& w) {
    if (w.line <= 0)
        return {1, 1, 1, 1};
    return {uint32_t(w.line), uint32_t(std::max(w.col, 1)), uint32_t(std::max(w.end_line, w.line)),
            uint32_t(std::max(w.end_col, 1))};
}

}  // namespace

/// Functions, types and templates that are nowhere.
void Server::check_names(const Sheet& sheet, const Lines& lines, Element& out) {
    for (const Mention& m : sheet.mentions) {
        if (m.definition)
            continue;
        bool missing = false;
        std::vector<std::string_view> known;
        std::vector<std::string> names;
        if (m.sort == Sort::template_) {
            missing = m.required && workspace_.find_template(m.name).empty();
            if (missing)
                for (auto& [path, s] : workspace_.sheets())
                    names.push_back(s->tpl->name);
        } else if (m.sort == Sort::function || m.sort == Sort::type) {
            missing = !workspace_.defines(m.sort, m.symbol);
            if (missing) {
                for (auto& [path, s] : workspace_.sheets())
                    for (const Mention& d : s->mentions)
                        if (d.definition && d.sort == m.sort)
                            names.push_back(name_of(d));
                if (m.sort == Sort::function)
                    for (const Builtin* b : builtins())
                        names.emplace_back(b->name);
                else
                    for (const NamedWord& w : basic_types())
                        names.emplace_back(w.name);
            }
        }
        if (!missing)
            continue;
        std::string name = name_of(m);
        known.assign(names.begin(), names.end());
        std::string said = m.sort == Sort::template_
                               ? fmt::format("template '{}' is not found on the include path", name)
                               : fmt::format("the {} '{}' is defined nowhere in the workspace",
                                             sort_name(m.sort), name);
        std::string_view near = name.size() < 64 ? nearest(name, known) : std::string_view();
        if (near == name)
            said += "\nhint: there is one, but below no folder of the include path";
        else if (!near.empty())
            said += fmt::format("\nhint: did you mean '{}'?", near);
        out.list_ref().push_back(diagnostic(lsp::to_json(lines.range(m.span)),
                                            m.sort == Sort::template_ ? warning : error, "pan-lsp",
                                            said));
    }
}

Element Server::diagnostics(const std::string& path) {
    Element out = array();
    SheetPtr sheet = workspace_.sheet(path);
    if (!sheet)
        return out;
    Lines lines(*sheet->tpl->text, units_);
    if (workspace_.is_open(path)) {
        bool file =
            path.starts_with('/');  // otherwise it has no place yet, and none that could be wrong
        for (const TemplateError& e : sheet->errors) {
            if (!file && e.message.find("wrong file") != e.message.npos)
                continue;
            out.list_ref().push_back(diagnostic(lsp::to_json(lines.range(span_of(e.where))), error,
                                                "panc", message_of(e)));
        }
        if (options_.lint) {
            Linted& l = linted_[path];
            if (l.sheet != sheet)
                l = {sheet, lint(*sheet->tpl->text, path, {.parsed = sheet->tpl.get()})};
            for (const LintFinding& f : l.findings) {
                if (f.severity < *options_.lint)
                    continue;
                size_t start = lines.offset({f.line - 1, 0});
                TextRange r{lines.position(start + f.from), lines.position(start + f.to)};
                int severity = f.severity == LintSeverity::error     ? error
                               : f.severity == LintSeverity::warning ? warning
                                                                     : information;
                Element d = diagnostic(lsp::to_json(r), severity, "panlint", f.message);
                set(d, "code", text(f.id));
                if (f.id.starts_with("UN") || f.id == "UR001")
                    set(d, "tags", array({number(1)}));  // shown as unnecessary
                out.list_ref().push_back(std::move(d));
            }
        }
        check_names(*sheet, lines, out);
    }
    std::set<std::string> said;
    for (auto& [object, list] : built_)
        for (auto& [file, d] : list)
            if (file == path && said.insert(lsp::to_json(d)).second)
                out.list_ref().push_back(d);
    return out;
}

void Server::publish(const std::string& path) {
    Element list = diagnostics(path);
    std::string now = lsp::to_json(list);
    std::string& before = published_[path];
    if (now == before || (before.empty() && list.size() == 0 && !workspace_.is_open(path)))
        return;
    before = now;
    notify("textDocument/publishDiagnostics",
           object({{"uri", text(uri(path))}, {"diagnostics", std::move(list)}}));
}

void Server::idle() {
    if (changed_.empty() && !names_changed_)
        return;
    std::set<std::string> paths = std::move(changed_);
    changed_.clear();
    if (names_changed_)
        paths.insert(workspace_.open_files().begin(), workspace_.open_files().end());
    names_changed_ = false;
    for (const std::string& path : paths)
        publish(path);
}

// ---- compiles

/// The objects a file is part of: known from their last build, otherwise by the includes that can
/// be read from the templates. Few enough to be built at once.
std::vector<std::string> Server::affected(const std::string& path) const {
    size_t most = slowest_ > 2 ? 1 : 4;
    std::vector<std::string> out;
    SheetPtr sheet = workspace_.sheet(path);
    if (!sheet)
        return out;
    if (sheet->tpl->kind == TemplateKind::object)
        return {sheet->tpl->name};
    for (auto& [object, files] : used_)
        if (out.size() < most && std::find(files.begin(), files.end(), path) != files.end())
            out.push_back(object);
    if (!out.empty())
        return out;
    std::map<std::string, std::vector<const Sheet*>> includers;  // by the name that is included
    for (auto& [file, s] : workspace_.sheets())
        for (const Mention& m : s->mentions)
            if (m.sort == Sort::template_ && !m.definition)
                includers[m.name].push_back(s.get());
    std::set<std::string> seen{sheet->tpl->name};
    std::vector<std::string> next{sheet->tpl->name};
    for (size_t i = 0; i < next.size(); i++)
        for (const Sheet* s : includers[next[i]]) {
            if (!seen.insert(s->tpl->name).second)
                continue;
            next.push_back(s->tpl->name);
            if (s->tpl->kind == TemplateKind::object)
                out.push_back(s->tpl->name);
            if (out.size() >= most)
                return out;
        }
    return out;
}

void Server::rest() {
    if (!checker_ || checker_->busy())
        return;
    std::set<std::string> objects, paths = std::move(compile_wanted_);
    compile_wanted_.clear();
    for (const std::string& path : paths) {
        SheetPtr s = workspace_.sheet(path);
        if (!s || !s->errors.empty())
            continue;  // its own errors first
        for (std::string& o : affected(path))
            objects.insert(std::move(o));
    }
    if (objects.empty())
        return;
    std::map<std::string, Text> open;
    for (const std::string& path : workspace_.open_files())
        if (SheetPtr s = workspace_.sheet(path))
            open[path] = s->text;
    checker_->start({objects.begin(), objects.end()}, std::move(open));
}

void Server::finished(Checker::Outcome o) {
    slowest_ = o.seconds;
    std::set<std::string> files;
    auto forget = [&](const std::string& object) {
        for (auto& [file, d] : built_[object])
            files.insert(file);
        built_.erase(object);
    };
    for (const std::string& object : o.objects)
        forget(object);
    for (auto& [object, used] : o.used) {
        forget(object);
        used_[object] = std::move(used);
    }
    for (auto& [object, e] : o.errors) {
        SheetPtr sheet = workspace_.sheet(e.where.file);
        std::string file = e.where.file;
        Where where = e.where;
        if (!sheet) {  // no place, or a text file: told in the object template
            where = {};
            for (auto& [path, s] : workspace_.sheets())
                if (s->tpl->kind == TemplateKind::object && s->tpl->name == object) {
                    sheet = s;
                    file = path;
                }
        }
        if (!sheet)
            continue;
        if (workspace_.is_open(file) && (e.cls == ErrorClass::parse || e.cls == ErrorClass::syntax))
            continue;  // told already
        Lines lines(*sheet->tpl->text, units_);
        Element d = diagnostic(lsp::to_json(lines.range(span_of(where))), error, "panc",
                               fmt::format("{}\nin object {}", message_of(e), object));
        Element related = array();
        for (const Error::Frame& f : e.trace)
            if (SheetPtr s = workspace_.sheet(f.where.file))
                related.list_ref().push_back(
                    lsp::object({{"location", location(*s, span_of(f.where))},
                                 {"message", text(f.what.empty() ? "from here" : f.what)}}));
        if (related.size())
            set(d, "relatedInformation", related);
        built_[object].emplace_back(file, std::move(d));
        files.insert(file);
    }
    for (const std::string& f : files)
        publish(f);
}

// ---- quick fixes

Element Server::code_actions(const Element& params) {
    Element out = array();
    SheetPtr sheet = sheet_at(params);
    if (!options_.lint)
        return out;
    Position from = position_at(get(get(params, "range"), "start")),
             to = position_at(get(get(params, "range"), "end"));
    Lines lines(*sheet->tpl->text, units_);
    for (const LintFinding& f :
         lint(*sheet->tpl->text, sheet->path, {.parsed = sheet->tpl.get()})) {
        if (!f.edit || f.line - 1 < from.line || f.line - 1 > to.line)
            continue;
        size_t start = lines.offset({f.line - 1, 0});
        TextRange r{lines.position(start + f.edit->from), lines.position(start + f.edit->to)};
        if (f.edit->whole_line)
            r = {{f.line - 1, 0}, {f.line, 0}};
        Element edit = object({{"range", lsp::to_json(r)}, {"newText", text(f.edit->text)}});
        Element changes = object({{uri(sheet->path), array({edit})}});
        out.list_ref().push_back(object({{"title", text(fmt::format("{}: {}", f.id, f.message))},
                                         {"kind", text("quickfix")},
                                         {"edit", object({{"changes", changes}})}}));
    }
    return out;
}

}  // namespace weft::compiler::lsp
