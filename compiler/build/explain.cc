// Following one path through the building of each object.
#include "compiler/build/explain.hh"

#include <fmt/core.h>

#include <algorithm>

#include "base/noun/profile.hh"
#include "base/noun/shown.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/text/parse.hh"

namespace weft::compiler {

/// Is one of the two paths the other, or above it?
static bool overlap(const std::vector<Term>& a, const std::vector<Term>& b) {
    size_t n = std::min(a.size(), b.size());
    return std::equal(a.begin(), a.begin() + ptrdiff_t(n), b.begin());
}

const Element* Explain::there(Object& o) const {
    try {
        return look_up(o.state().tree(Unrecorded::message), path_.terms().data(),
                       path_.terms().data() + path_.terms().size());
    } catch (const EvalFailure&) {
        return nullptr;  // something else is in the way
    }
}

void Explain::remember(Object& o) {
    const Element* e = there(o);
    std::lock_guard guard(lock_);
    Story& s = stories_[o.name()];
    s.was = e;
    s.before = e ? e->clone() : Element();
    if (e)
        s.before.set_origin(e->origin());
}

static Where where(const Template& t, const Span& s) {
    return {t.path, int(s.line), int(s.col), int(s.end_line), int(s.end_col)};
}

void Explain::assign(Object& o, const Template& t, const Statement& s, bool begins) {
    if (!s.absolute || !overlap(s.terms, path_.terms()))
        return;
    if (begins)
        return remember(o);
    const Element* e = there(o);
    std::lock_guard guard(lock_);
    Story& story = stories_[o.name()];
    bool same = e && story.was ? *e == story.before && e->kind() == story.before.kind() &&
                                     e->origin() == story.before.origin()
                               : !e && !story.was;
    // A statement above the path that left it alone has not touched it.
    if (same && s.terms.size() < path_.terms().size())
        return;
    const char* what = same && s.conditional ? "kept"
                       : !e                  ? (story.was ? "removed" : "not there")
                       : !story.was          ? "set"
                       : same                ? "set again"
                                             : "changed";
    story.events.push_back({what, e ? shown_tree(*e, 300) : "", where(t, s.span),
                            t.text ? source_line(*t.text, int(s.span.line)) : "", o.eval().trace(),
                            e && !same ? e->origin() : 0});
}

void Explain::filled(Object& o, bool begins) {
    if (begins)
        return remember(o);
    const Element* e = there(o);
    std::lock_guard guard(lock_);
    Story& story = stories_[o.name()];
    if (e && (!story.was || *e != story.before))
        story.events.push_back({"default", shown_tree(*e, 300), {}, "", {}, 0});
}

void Explain::descend(Object& o, const FullType& f, size_t term, std::vector<Step>& steps) const {
    auto at = [&](const Span& s) {
        return f.owner ? where(*f.owner, s) : Where();
    };
    const TypeSpec& t = *f.type;
    const std::vector<Term>& terms = path_.terms();
    if (f.has_default && term == terms.size())
        steps.push_back({"default " + shown_tree(f.default_value, 100), at(f.span)});
    auto range = [&](std::string_view name) {
        return t.range.given ? fmt::format("{}({})", name, t.range.text()) : std::string(name);
    };
    switch (t.kind) {
        case TypeSpec::alias: {
            const TypeDefinition* d = o.state().type(t.symbol, Unrecorded::message);
            if (!d)
                break;
            steps.push_back(
                {fmt::format("type '{}'", range(symbol_text(Name::type, t.symbol).view())),
                 where(*d->in, d->statement->name_span)});
            descend(o, *d->type, term, steps);
            break;
        }
        case TypeSpec::list:
        case TypeSpec::dict:
            steps.push_back({range(t.kind == TypeSpec::list ? "list" : "nlist"), at(t.span)});
            if (term < terms.size()) {
                FullType child{.type = t.of, .owner = f.owner, .span = t.of->span};
                descend(o, child, term + 1, steps);
            }
            break;
        case TypeSpec::record: {
            if (term == terms.size() || !terms[term].is_key())
                break;
            for (auto* fields : {&t.required, &t.optional})
                for (const Field& field : *fields)
                    if (field.key == terms[term].key) {
                        steps.push_back(
                            {fmt::format("{} field '{}'",
                                         fields == &t.required ? "required" : "optional",
                                         field.key.view()),
                             at(field.span)});
                        return descend(o, field.type, term + 1, steps);
                    }
            for (auto& i : t.includes)
                if (const TypeDefinition* d = o.state().type(i.symbol, Unrecorded::message)) {
                    size_t before = steps.size();
                    steps.push_back(
                        {fmt::format("type '{}'", symbol_text(Name::type, i.symbol).view()),
                         where(*d->in, d->statement->name_span)});
                    descend(o, *d->type, term, steps);
                    if (steps.size() > before + 1)
                        return;
                    steps.resize(before);  // the field is not one of these
                }
            break;
        }
        case TypeSpec::link: steps.push_back({"link", at(t.span)}); break;
        case TypeSpec::choice: steps.push_back({"choice", at(t.span)}); break;
        case TypeSpec::builtin:
            steps.push_back({range(symbol_text(Name::type, t.symbol).view()), at(t.span)});
            break;
    }
    if (f.with)
        steps.push_back({"validation code", f.with->root ? at(f.with->root->span) : at(f.span)});
}

void Explain::checked(Object& o, const std::string& failure) {
    std::lock_guard guard(lock_);
    Story& story = stories_[o.name()];
    story.failure = failure;
    for (const Binding& b : o.state().bindings(Unrecorded::message)) {
        if (!overlap(b.path, path_.terms()))
            continue;
        Check c{Path(b.path), "", where(*b.in, b.statement->name_span), {}};
        if (b.path.size() <= path_.terms().size())
            descend(o, *b.type, b.path.size(), c.steps);
        story.checks.push_back(std::move(c));
    }
}

static std::string place(const Where& w) {
    return w.line ? fmt::format("{}:{}:{}", w.file, w.line, w.col) : w.file;
}

/// Where the value itself was written, when that is not the statement: a structure template.
static std::string inner(const Result& r, uint32_t origin, const Where& statement) {
    if (!origin || !r.origins)
        return {};
    Place p = r.origins->find(origin);
    if (p.file.empty() ||
        (p.line == statement.line && ("/" + statement.file).ends_with("/" + p.file)))
        return {};
    return fmt::format("{}:{}:{}", p.file, p.line, p.col);
}

std::string Explain::text(const Result& r) const {
    std::lock_guard guard(lock_);
    auto it = stories_.find(r.name);
    static const Story nothing;
    const Story& s = it == stories_.end() ? nothing : it->second;
    const Element* e = r.ok ? r.root.find(path_) : nullptr;
    std::string out = fmt::format("{}:{} {}\n", r.name, path_.text(),
                                  e      ? "= " + shown_tree(*e, 300)
                                  : r.ok ? "is not there"
                                         : "was not finished");
    for (const Event& v : s.events) {
        std::string value = v.value.empty() ? "" : " to " + v.value;
        if (v.what == std::string_view("kept"))
            value = " " + v.value + ": it is set already";
        if (v.what == std::string_view("default")) {
            out += fmt::format(
                "  missing, or parts of it: now {}, from the defaults of its types\n", v.value);
            continue;
        }
        out += fmt::format("  {}: {}{}\n", place(v.where), v.what, value);
        if (!v.line.empty())
            out += fmt::format("    {:>5} | {}\n", v.where.line, v.line);
        if (std::string from = inner(r, v.origin, v.where); !from.empty())
            out += fmt::format("    the value was made at {}\n", from);
        for (const Error::Frame& f : v.trace)
            out += fmt::format("    {} {}\n", f.what, place(f.where));
    }
    for (const Check& c : s.checks) {
        out += fmt::format("  {}: bound at {}{}\n", place(c.where), c.path.text(),
                           s.failure.empty() ? ": accepted" : "");
        for (const Step& step : c.steps)
            out += fmt::format("    {} at {}\n", step.what, place(step.where));
    }
    if (s.events.empty() && r.ok)
        out += "  no assignment touched it\n";
    if (!s.failure.empty())
        out += fmt::format("  rejected: {}\n", s.failure);
    return out;
}

static void put(Element& d, std::string_view key, Element value) {
    d.dict_ref().at(Key(key)) = std::move(value);
}
static Element word(std::string_view s) { return Element::of_string(s); }
static void put(Element& d, const Where& w) {
    if (w.file.empty())
        return;
    put(d, "file", word(w.file));
    if (!w.line)
        return;
    put(d, "line", Element::of_long(w.line));
    put(d, "column", Element::of_long(w.col));
}

std::string Explain::json(const Result& r) const {
    std::lock_guard guard(lock_);
    auto it = stories_.find(r.name);
    static const Story nothing;
    const Story& s = it == stories_.end() ? nothing : it->second;
    Element out = Element::new_dict(), events = Element::new_list(), checks = Element::new_list();
    put(out, "object", word(r.name));
    put(out, "path", word(path_.text()));
    if (r.ok)
        if (const Element* e = r.root.find(path_))
            put(out, "value", *e);
    for (const Event& v : s.events) {
        Element x = Element::new_dict(), trace = Element::new_list();
        put(x, "event", word(v.what));
        if (!v.value.empty())
            put(x, "value", word(v.value));
        put(x, v.where);
        if (!v.line.empty())
            put(x, "source", word(v.line));
        if (std::string from = inner(r, v.origin, v.where); !from.empty())
            put(x, "made_at", word(from));
        for (const Error::Frame& f : v.trace) {
            Element y = Element::new_dict();
            put(y, "what", word(f.what));
            put(y, f.where);
            trace.list_ref().push_back(std::move(y));
        }
        if (trace.size())
            put(x, "trace", std::move(trace));
        events.list_ref().push_back(std::move(x));
    }
    for (const Check& c : s.checks) {
        Element x = Element::new_dict(), steps = Element::new_list();
        put(x, "bound_at", word(c.path.text()));
        put(x, c.where);
        for (const Step& step : c.steps) {
            Element y = Element::new_dict();
            put(y, "what", word(step.what));
            put(y, step.where);
            steps.list_ref().push_back(std::move(y));
        }
        put(x, "types", std::move(steps));
        checks.list_ref().push_back(std::move(x));
    }
    put(out, "assignments", std::move(events));
    put(out, "bindings", std::move(checks));
    if (!s.failure.empty())
        put(out, "rejected", word(s.failure));
    std::string text;
    write_json(out, text, {.one_line = true, .plain = true});
    while (text.ends_with('\n'))
        text.pop_back();
    return text + '\n';
}

}  // namespace weft::compiler
