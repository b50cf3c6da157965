// What is wrong with a file: its own errors, what the style checker finds, names that lead nowhere,
// and what the last compile of an object with it said.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "base/error.hh"
#include "compiler/lsp/server.hh"
#include "compiler/text/utf16.hh"
#include "compiler/text/words.hh"

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

/// A file off the load path that has what is mentioned; empty: none.
std::string Server::defined_elsewhere(const Mention& m) const {
    for (auto& [path, sheet] : workspace_.sheets())
        for (const Mention& d : sheet->mentions)
            if (d.definition && d.sort == m.sort && d.symbol == m.symbol && d.name == m.name)
                return path;
    return {};
}

/// Of a function, type or template that is nowhere the name that was perhaps meant, or an empty
/// one; nothing of what is there.
std::optional<std::string> Server::meant_instead(const Mention& m, const View& view) const {
    std::vector<std::string> names;
    if (m.definition)
        return std::nullopt;
    if (m.sort == Sort::template_) {
        if (!m.required || !view.find_template(m.name).empty())
            return std::nullopt;
        for (auto* entry : view.sheets())
            names.push_back(entry->second->tpl->name);
    } else if (m.sort == Sort::function || m.sort == Sort::type) {
        if (view.defines(m.sort, m.symbol))
            return std::nullopt;
        for (auto* entry : view.sheets())
            for (const Mention& d : entry->second->mentions)
                if (d.definition && d.sort == m.sort)
                    names.push_back(name_of(d));
        if (m.sort == Sort::function)
            for (const Builtin* b : builtins())
                names.emplace_back(b->name);
        else
            for (const NamedWord& w : basic_types())
                names.emplace_back(w.name);
    } else {
        return std::nullopt;
    }
    std::string name = name_of(m);
    std::string near(name.size() < 64 ? nearest(name, {names.begin(), names.end()}) : "");
    return near == name ? "" : near;
}

/// Functions, types and templates that are nowhere.
void Server::check_names(const Sheet& sheet, const Lines& lines, Element& out) {
    const View& view = workspace_.view(sheet.path);
    auto say = [&](const Mention& m, int severity, std::string_view what) {
        out.list_ref().push_back(
            diagnostic(lsp::to_json(lines.range(m.span)), severity, "pan-lsp", what));
    };
    for (const Mention& m : sheet.mentions) {
        auto near = meant_instead(m, view);
        if (!near) {
            std::string other = m.sort == Sort::template_ && !m.definition && m.required
                                    ? view.hidden_template(m.name)
                                    : "";
            if (!other.empty())
                say(m, warning,
                    fmt::format("template '{}' is found twice: '{}' counts, '{}' does not", m.name,
                                view.find_template(m.name), other));
            continue;
        }
        std::string name = name_of(m);
        std::string said = m.sort == Sort::template_
                               ? fmt::format("template '{}' is not found on the include path", name)
                               : fmt::format("the {} '{}' is defined nowhere in the workspace",
                                             sort_name(m.sort), name);
        if (std::string elsewhere = defined_elsewhere(m); !elsewhere.empty())
            said += fmt::format("\nhint: there is one in '{}', where the load path does not lead",
                                elsewhere);
        else if (!near->empty())
            said += fmt::format("\nhint: did you mean '{}'?", *near);
        say(m, m.sort == Sort::template_ ? warning : error, said);
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
    // What is known from the text alone, a name that leads nowhere, is not told a second time.
    std::vector<std::pair<Position, Position>> told;
    for (const Element& d : out.list())
        if (string_at(&d, "source") == "pan-lsp")
            told.emplace_back(position_at(get(get(d, "range"), "start")),
                              position_at(get(get(d, "range"), "end")));
    std::set<std::string> said;
    for (auto& [object, list] : built_)
        for (auto& [file, d] : list) {
            if (file != path || !said.insert(lsp::to_json(d)).second)
                continue;
            Position from = position_at(get(get(d, "range"), "start")),
                     to = position_at(get(get(d, "range"), "end"));
            bool again = string_at(&d, "message").find("not found") != std::string_view::npos ||
                         string_at(&d, "message").find("undefined") != std::string_view::npos;
            if (!again || std::none_of(told.begin(), told.end(),
                                       [&](auto& t) { return from < t.second && t.first < to; }))
                out.list_ref().push_back(d);
        }
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
Compiler::ObjectFiles Server::affected(const std::string& path) const {
    size_t most = slowest_ > 2 ? 1 : 4;
    Compiler::ObjectFiles out;
    SheetPtr sheet = workspace_.sheet(path);
    if (!sheet)
        return out;
    if (sheet->tpl->kind == TemplateKind::object)
        return {{sheet->tpl->name, path}};
    for (auto& [object, files] : used_)
        if (out.size() < most && !files.empty() &&
            std::find(files.begin(), files.end(), path) != files.end())
            out[object] = files.back();
    if (!out.empty())
        return out;
    std::map<std::string, std::vector<const Sheet*>> includers;  // by the name that is included
    for (auto* entry : workspace_.view(path).sheets())
        for (const Mention& m : entry->second->mentions)
            if (m.sort == Sort::template_ && !m.definition)
                includers[m.name].push_back(entry->second.get());
    std::set<std::string> seen{sheet->tpl->name};
    std::vector<std::string> next{sheet->tpl->name};
    for (size_t i = 0; i < next.size(); i++)
        for (const Sheet* s : includers[next[i]]) {
            if (!seen.insert(s->tpl->name).second)
                continue;
            next.push_back(s->tpl->name);
            if (s->tpl->kind == TemplateKind::object)
                out[s->tpl->name] = s->path;
            if (out.size() >= most)
                return out;
        }
    return out;
}

void Server::rest() {
    if (!checker_ || checker_->busy())
        return;
    look();
    Compiler::ObjectFiles objects = std::move(objects_wanted_);
    std::set<std::string> paths = std::move(compile_wanted_);
    objects_wanted_.clear();
    compile_wanted_.clear();
    for (const std::string& path : paths) {
        SheetPtr s = workspace_.sheet(path);
        if (!s || !s->errors.empty())
            continue;  // its own errors first
        objects.merge(affected(path));
    }
    if (objects.empty())
        return;
    std::map<std::string, Text> open;
    for (const std::string& path : workspace_.open_files())
        if (SheetPtr s = workspace_.sheet(path))
            open[path] = s->text;
    for (auto& [path, sheet] : workspace_.sheets())
        if (workspace_.open_name(path) != path)
            open[path] = sheet->text;
    Checker::Wanted wanted;
    for (auto& [object, file] : objects)
        wanted[workspace_.include_path_of(file)][object] = file;
    checker_->start(std::move(wanted), std::move(open));
}

/// Has the disk changed behind the editor's back? Costs a look at the times of all files, so not
/// again within a moment.
void Server::look() {
    using Clock = std::chrono::steady_clock;
    auto begin = Clock::now();
    if (begin < look_next_)
        return;
    auto changed = workspace_.look();
    auto end = Clock::now();
    look_next_ = end + std::max<Clock::duration>(std::chrono::seconds(1), 50 * (end - begin));
    for (auto& [path, stamp] : data_)
        if (auto now = Stamp::of(path).value_or(Stamp()); now != stamp) {
            stamp = now;
            changed.push_back(path);
        }
    disk_changed(changed);
}

void Server::disk_changed(const std::vector<std::string>& paths) {
    if (paths.empty())
        return;
    names_changed_ = true;
    compile_wanted_.insert(workspace_.open_files().begin(), workspace_.open_files().end());
    constexpr size_t most = 20;
    for (auto& [object, files] : used_)
        if (objects_wanted_.size() < most && !files.empty() &&
            std::any_of(paths.begin(), paths.end(), [&](auto& p) {
                return std::find(files.begin(), files.end(), p) != files.end();
            }))
            objects_wanted_[object] = files.back();
}

/// The text was changed: what the last build said of it moves along; where it stood in what was
/// replaced, it goes.
void Server::shift_built(const std::string& path, TextRange edit, std::string_view inserted) {
    int64_t lines = 0, last = 0;
    {
        Lines l(inserted, units_);
        lines = int64_t(l.count()) - 1;
        last = l.position(inserted.size()).character;
    }
    auto moved = [&](Position p) {
        if (p < edit.end)
            return p;
        bool same_line = p.line == edit.end.line;
        int64_t line = p.line - edit.end.line + edit.start.line + lines;
        if (!same_line)
            return Position{line, p.character};
        return Position{
            line, p.character - edit.end.character + last + (lines ? 0 : edit.start.character)};
    };
    for (auto& [object, list] : built_)
        std::erase_if(list, [&](auto& entry) {
            if (entry.first != path)
                return false;
            Element& d = entry.second;
            TextRange r{position_at(get(get(d, "range"), "start")),
                        position_at(get(get(d, "range"), "end"))};
            bool touched = edit.start < r.end && r.start < edit.end;
            bool inside = edit.start == edit.end && r.start < edit.start && edit.start < r.end;
            if (touched || inside)
                return true;
            if (!(r.end <= edit.start))
                set(d, "range", lsp::to_json(TextRange{moved(r.start), moved(r.end)}));
            return false;
        });
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
        for (const std::string& file : used)
            if (!workspace_.sheet(file))
                data_.try_emplace(file, Stamp::of(file).value_or(Stamp()));
        used_[object] = std::move(used);
    }
    for (auto& [object, e] : o.errors) {
        SheetPtr sheet = workspace_.sheet(e.where.file);
        std::string file = e.where.file;
        Where where = e.where;
        if (!sheet) {  // no place, or a text file: told in the object template
            where = {};
            if (auto it = used_.find(object); it != used_.end() && !it->second.empty()) {
                file = it->second.back();
                sheet = workspace_.sheet(file);
            }
            for (auto& [path, s] : workspace_.sheets())
                if (!sheet && s->tpl->kind == TemplateKind::object && s->tpl->name == object) {
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
    Position from = position_at(get(get(params, "range"), "start")),
             to = position_at(get(get(params, "range"), "end"));
    Lines lines(*sheet->tpl->text, units_);
    const View& view = workspace_.view(sheet->path);
    for (const Mention& m : sheet->mentions) {
        TextRange r = lines.range(m.span);
        if (r.end < from || to < r.start)
            continue;
        auto near = meant_instead(m, view);
        if (!near || near->empty() || !defined_elsewhere(m).empty())
            continue;
        // The name alone: of a string what is between the quotes.
        std::string_view written = lines.slice(m.span);
        size_t start = lines.begin_of(m.span), at = written.find(name_of(m));
        if (at == written.npos)
            continue;
        r = {lines.position(start + at), lines.position(start + at + name_of(m).size())};
        Element edit = object({{"range", lsp::to_json(r)}, {"newText", text(*near)}});
        out.list_ref().push_back(
            object({{"title", text(fmt::format("Change to '{}'", *near))},
                    {"kind", text("quickfix")},
                    {"edit", object({{"changes", object({{uri(sheet->path), array({edit})}})}})}}));
    }
    if (!options_.lint)
        return out;
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
