// Statements at work: assignments, variables, includes, definitions.
#include "compiler/evaluate/object.hh"

#include <fmt/core.h>

#include "compiler/build/watch.hh"
#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/library.hh"
#include "compiler/reuse/memo.hh"
#include "compiler/reuse/sharing.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/words.hh"
#include "compiler/values/substitute.hh"

namespace weft::compiler {

Object::Object(Library& library, const Options& options, std::string name, const Search& search,
               Memo* memo)
    : library_(library),
      options_(options),
      name_(std::move(name)),
      search_(search),
      state_(*this, options.dialect == Dialect::d2002 ? nullptr : memo, library.initial_data()),
      eval_(options, this) {
    if (options.dialect == Dialect::d2002)
        derive_ = std::make_unique<Derive>();
}

void Object::fail(const Template& t, Span s, std::string message, std::string hint, ErrorClass c) {
    fail(t, s, std::move(message), std::move(hint), {}, c);
}

void Object::fail(const Template& t, Span s, std::string message, std::string hint,
                  std::vector<Error::Frame> notes, ErrorClass c) {
    TemplateError e(c, std::move(message), where_of(&t, s), std::move(hint));
    if (t.text)
        e.line = source_line(*t.text, int(s.line));
    e.trace = std::move(notes);
    for (Error::Frame& f : eval_.trace())
        e.trace.push_back(std::move(f));
    e.object = name_;
    throw e;
}

// ---- templates ---------------------------------------------------------------------------------

Loaded& Object::load(const Template* from, Span span, std::string_view name) {
    Key key(name);
    if (Loaded* known = state_.loaded(key))
        return *known;
    const std::vector<std::string>& load_path = state_.load_path();
    const Found& found = library_.find_template(search_, name, load_path);
    if (found.path.empty()) {
        std::string looked;
        for (const std::string& d : search_.folders)
            looked += (looked.empty() ? "" : ", ") + (d.empty() ? "." : d);
        std::string hint = fmt::format("no file {}.pan or .tpl below {}", name, looked);
        if (!load_path.empty()) {
            hint += " (LOADPATH:";
            for (const std::string& l : load_path)
                hint += ' ' + l;
            hint += ')';
        }
        if (std::string near = library_.near_template(search_, name, load_path); !near.empty())
            hint = fmt::format("did you mean '{}'?", near);
        fail(*from, span, fmt::format("template '{}' not found", name), hint);
    }
    FilePtr file = library_.load(found.path);
    state_.depend(found.dependency);
    if (!file)
        fail(*from, span, fmt::format("template '{}' not found", name),
             fmt::format("'{}' has gone away", found.path));
    std::vector<TemplateError> errors = file->errors;
    if (!file->tpl && errors.empty())
        bug("a file with neither template nor errors");
    if (file->tpl && file->name != name) {
        TemplateError e(
            ErrorClass::syntax,
            fmt::format("template '{}' was looked for, but this file holds '{}'", name, file->name),
            {file->path, int(file->tpl->name_span.line), int(file->tpl->name_span.col),
             int(file->tpl->name_span.end_line), int(file->tpl->name_span.end_col)});
        add_line(e, *file->text);
        errors.push_back(std::move(e));
    }
    if (!errors.empty()) {
        TemplateError e = errors[0];
        if (e.cls == ErrorClass::syntax) {
            e.cause = e.classic();
            e.cls = ErrorClass::evaluation;
        }
        std::vector<Error::Frame> trace{{where_of(from, span), "included from"}};
        for (auto& f : eval_.trace())
            trace.push_back(f);
        e.trace.insert(e.trace.end(), trace.begin(), trace.end());
        e.object = name_;
        errors.erase(errors.begin());
        for (TemplateError& more : errors)
            more.trace.insert(more.trace.end(), trace.begin(), trace.end());
        e.also = std::move(errors);
        throw e;
    }
    if (derive_)
        derive_->loaded(file->tpl.get());
    return state_.add_loaded(key, file->tpl);
}

/// There may be a file with this object that its name does not lead to: named on the command line,
/// or below LOADPATH.
void Object::fail_unlocated() {
    TemplateError e(ErrorClass::evaluation,
                    fmt::format("object template '{}' cannot be located", name_), {},
                    "objects are looked for by their names in the include path");
    if (FilePtr file = library_.file_with(name_)) {
        Where at{file->path, 1, 1, 1, 1};
        if (file->tpl)
            at = where_of(file->tpl.get(), file->tpl->name_span);
        std::string root = file->path.substr(
            0,
            file->path.size() - std::min(file->path.size(), name_.size() + 5));  // less /NAME.ext
        e.where = at;
        if (file->tpl)
            add_line(e, *file->text);
        e.hint = !search_.file.empty()
                     ? fmt::format("add '{}' to the load path in '{}'", root, search_.file)
                     : fmt::format(
                           "objects are looked for by their names in the include path, and not in "
                           "LOADPATH: add "
                           "'{}' to it (-I)",
                           root);
    }
    throw e;
}

void Object::execute() {
    const Found& found = library_.find_template(search_, name_, {});
    if (found.path.empty())
        fail_unlocated();
    FilePtr file = library_.load(found.path);
    state_.depend(found.dependency);
    if (!file)
        throw TemplateError(ErrorClass::evaluation,
                            fmt::format("object template '{}' has gone away", name_), {found.path});
    if (!file->errors.empty())
        throw file->errors[0];
    if (file->name != name_)
        throw TemplateError(
            ErrorClass::evaluation,
            fmt::format("the file of object template '{}' holds '{}'", name_, file->name),
            {file->path});
    main_ = file->tpl;
    if (main_->kind != TemplateKind::object)
        throw TemplateError(ErrorClass::evaluation,
                            fmt::format("'{}' is no object template", name_),
                            {file->path, int(main_->name_span.line), int(main_->name_span.col),
                             int(main_->name_span.end_line), int(main_->name_span.end_col)});
    if (derive_)
        derive_->loaded(main_.get());
    execute(state_.add_loaded(Key(name_), main_));
}

void Object::execute(Loaded& l) {
    bool again = state_.execute(l);
    const Template& t = *l.tpl;
    if (structures_ && t.kind == TemplateKind::structure)
        structures_->push_back(&t);
    if (again && (t.kind == TemplateKind::unique || t.kind == TemplateKind::declaration))
        return;
    run(t, again);
}

void Object::run(const Template& t, bool again) {
    Eval::Scope scope(eval_);
    scope.current(&t);
    State::Scope names(state_);
    bool whole = !state_.relative_root(Unrecorded::address);
    if (whole)
        names.statement_template(&t);
    // An object's own statements are run once.
    if (memo() && whole && !state_.private_tree(Unrecorded::address) &&
        t.kind != TemplateKind::object)
        return run_units(t, again);
    for (const Statement& s : t.statements)
        run(t, s, again);
}

void Object::run(const Template& t, const Statement& s, bool again) {
    using K = Statement::Kind;
    switch (s.kind) {
        case K::assign:
            for (Watch* w : options_.watches)
                w->assign(*this, t, s, true);
            assign(t, s);
            for (Watch* w : options_.watches)
                w->assign(*this, t, s, false);
            break;
        case K::variable: variable(t, s); break;
        case K::include: include(t, s); break;
        case K::type:
            if (!again)
                define_type(t, s);
            break;
        case K::function:
            if (!again)
                define_function(t, s);
            break;
        case K::bind:
        case K::valid:
            if (!again)
                bind(t, s);
            break;
    }
}

/// The statements, as far as they are as they were for an earlier object by what they did then.
void Object::run_units(const Template& t, bool again) {
    Plan& plan = memo()->plan(t, again);
    for (size_t at = 0; at < t.statements.size();) {
        std::shared_ptr<Plan::Segment> s = plan.at(at);
        // The template may run inside itself, and cut the segment that is running.
        if (s->unit.given_up || at != s->first) {
            for (; at < s->last; at++)
                run(t, t.statements[at], again);
            continue;
        }
        uint32_t failed = uint32_t(s->first);
        if (RecordPtr r = memo()->match(*this, s->unit, 0, &failed)) {
            memo()->replay(*this, *r);
            at = s->last;
            continue;
        }
        if (s->varies()) {
            plan.split(t, *s, failed, Plan::varies);
            continue;
        }
        Recording recording(*this);
        for (; at < s->last && !recording.dead(); at++) {
            recording.step = uint32_t(at);
            run(t, t.statements[at], again);
        }
        if (recording.dead())
            plan.split(t, *s, at - 1, recording.why());
        else
            s->unit.keep(recording.finish());
    }
}

void Object::include(const Template& t, const Statement& s) {
    Element v;
    if (s.block->constant) {
        v = s.block->value;
    } else {
        Eval::Scope scope(eval_);
        scope.self({});
        v = eval_.run(*s.block);
    }
    if (!v.is_defined())
        return;
    if (!v.is(Kind::string))
        fail(t, s.name_span,
             fmt::format("include needs the name of a template, not {}", with_article(v.kind())));
    if (!s.block->constant && !valid_include_name(v.string()))
        fail(t, s.name_span, fmt::format("'{}' is no valid template name", v.string()),
             "names have no leading '/' and no extension");
    Loaded& l = load(&t, s.span, v.string());
    using K = TemplateKind;
    K from = t.kind, to = l.tpl->kind;
    bool may = from == K::structure ? to == K::declaration || to == K::structure
               : from == K::declaration
                   ? to == K::declaration
                   : to == K::ordinary || to == K::unique || to == K::declaration;
    if (!may) {
        auto kind = [](K k) {
            return fmt::format("{} {} template", k == K::object || k == K::ordinary ? "an" : "a",
                               template_kind_name(k));
        };
        fail(
            t, s.name_span,
            fmt::format("{} cannot include '{}', which is {}", kind(from), v.string(), kind(to)),
            to == K::structure
                ? fmt::format("a structure template is instantiated: '/path' = create('{}');",
                              v.string())
            : to == K::object
                ? fmt::format(
                      "an object template is a profile of its own: value('{}:/path') reads from it",
                      v.string())
                : "");
    }
    Eval::Enter enter(eval_, nullptr, Frame::include, &t, s.span, l.tpl.get());
    execute(l);
}

// ---- assignment --------------------------------------------------------------------------------

void Object::check_final(const Template& t, const Statement& s) {
    if (!s.absolute || state_.private_tree(Unrecorded::address))
        return;
    auto refuse = [&](const std::vector<Term>& other) {
        std::vector<Error::Frame> notes = where_final([&](const Statement& f) {
            return f.kind == Statement::Kind::assign && f.absolute && f.terms == other;
        });
        fail(t, s.name_span,
             fmt::format("{} cannot be modified; {} is marked as final", path_text(s.terms),
                         path_text(other)),
             {}, notes);
    };
    if (auto* other = state_.final_around(s.terms))
        refuse(*other);
}

/// The statement that made something final, to be shown; looked for only now that it matters.
std::vector<Error::Frame> Object::where_final(
    const std::function<bool(const Statement&)>& is_it) const {
    std::vector<Error::Frame> found;
    for (auto& [name, loaded] : state_.templates(Unrecorded::message))
        for (const Statement& s : loaded.tpl->statements)
            if (s.final && is_it(s))
                found.push_back(shown_frame(loaded.tpl.get(), s.span, "made final at"));
    if (found.size() > 1)
        found.clear();  // which of them it was is not known
    return found;
}

void Object::mark_final(const Statement& s) {
    if (s.final && s.absolute && !state_.private_tree(Unrecorded::address))
        state_.add_final(s.terms);
}

void Object::put(const Template& t, const Statement& s, const State::Place& place, Element value) {
    if (s.terms.empty() && !value.is(Kind::dict))
        fail(t, s.span,
             fmt::format("root element cannot be replaced by element of type {}",
                         kind_name(value.kind())),
             "the root of a profile is an nlist");
    if (derive_)
        derive_containers(place.root(), s.terms.data(), s.terms.data() + s.terms.size(), &t);
    Element& there = place.made();
    check_replacement(there, value);
    if (derive_)
        derive_->put(value, there, &t);
    else
        value.set_origin(s.origin);
    there = std::move(value);
}

void Object::assign(const Template& t, const Statement& s) {
    try {
        const Block& b = *s.block;
        State::Place place = state_.to_assign(s);
        if (b.constant) {
            if (b.value.is(Kind::null)) {
                if (!s.conditional) {
                    check_final(t, s);
                    if (s.terms.empty())
                        put(t, s, place, Element::null());
                    place.remove();
                }
                return mark_final(s);
            }
            if (s.conditional) {
                const Element* there = place.there();
                if (there && !there->is(Kind::undef))
                    return mark_final(s);
            }
            check_final(t, s);
            put(t, s, place, b.value);
            return mark_final(s);
        }
        if (derive_)
            derive_containers(place.root(), s.terms.data(), s.terms.data() + s.terms.size(), &t);
        Element& there = place.made();
        if (!there.is(Kind::undef)) {
            check_final(t, s);
            if (s.conditional)
                return mark_final(s);
        }
        // What SELF is now is put back as it is; what becomes SELF in the block is a new value.
        bool self_is_there = there.is_resource() && !Sharing::constant(there);
        Element value;
        {
            Eval::Scope scope(eval_);
            scope.origin(s.origin);
            scope.self({&there, false, &s.terms, &place.root(), scope.outer()});
            value = eval_.run(b);
        }
        if (value.is(Kind::null)) {
            if (!s.conditional && s.terms.empty())
                put(t, s, place, value);
            place.remove();
            return mark_final(s);
        }
        bool self = value.same_node(there);
        if (self && self_is_there) {
            if (derive_)
                derive_->put(there, there, &t);
            else
                there.set_origin(s.origin);
        } else {
            if (s.terms.empty() && !value.is(Kind::dict))
                put(t, s, place, value);
            check_replacement(there, value);
            if (self)
                there = Element();  // so that what only SELF refers to is not copied
            value = own_tree(std::move(value));
            if (derive_)
                derive_->put(value, there, &t);
            else
                value.set_origin(s.origin);
            there = std::move(value);
        }
        mark_final(s);
    } catch (const EvalFailure& f) {
        fail(t, s.span, f.message, f.hint, where_set(s));
    }
}

/// Where what is at the statement's path now was set.
std::vector<Error::Frame> Object::where_set(const Statement& s) {
    const Element* e = state_.root(s, Unrecorded::message);
    for (size_t i = 0; e && i < s.terms.size(); i++) {
        const Element* child = e->find(s.terms[i]);
        if (!child)
            break;
        e = child;
    }
    auto [tpl, place] = library_.place_of(e ? e->origin() : 0);
    if (!tpl || !e->is_defined())
        return {};
    Error::Frame f = shown_frame(tpl.get(), {place.first, place.second, place.first, place.second},
                                 fmt::format("the {} was set at", kind_name(e->kind())));
    f.where = widened(f.where, f.line);
    return {f};
}

void Object::variable(const Template& t, const Statement& s) {
    std::string_view name = symbol_text(Name::variable, s.symbol).view();
    try {
        // The table may grow while the block runs only through nested variable statements, of which
        // a block has none.
        Global& g = state_.to_set(s);
        if (s.conditional && !g.value.is(Kind::undef)) {
            g.final = g.final || s.final;
            return;
        }
        if (g.final)
            fail(t, s.span, fmt::format("the variable '{}' is final and cannot be modified", name),
                 {}, where_final([&](const Statement& f) {
                     return f.kind == Statement::Kind::variable && f.symbol == s.symbol;
                 }));
        Element value;
        if (s.block->constant) {
            value = s.block->value;
        } else {
            Eval::Scope scope(eval_);
            scope.origin(s.origin);
            scope.self({&g.value, false, nullptr, nullptr, scope.outer()});
            value = eval_.run(*s.block);
        }
        if (!value.same_node(g.value)) {
            check_replacement(g.value, value);
            g.value = std::move(value);
        }
        g.copy = Element();
        g.final = s.final;
        if (s.symbol == loadpath_symbol())
            refresh_load_path(t, s, g.value);
    } catch (const EvalFailure& f) {
        fail(t, s.span, f.message, f.hint);
    }
}

void Object::refresh_load_path(const Template& t, const Statement& s, const Element& v) {
    if (!v.is(Kind::list))
        fail(
            t, s.span,
            fmt::format("LOADPATH must be a list of folder names, not {}", with_article(v.kind())));
    std::vector<std::string> path;
    for (const Element& e : v.list()) {
        if (!e.is(Kind::string))
            fail(t, s.span,
                 fmt::format("LOADPATH must be a list of strings, and holds {}",
                             with_article(e.kind())));
        if (e.string().starts_with('/'))
            fail(t, s.span, fmt::format("'{}' in LOADPATH is absolute", e.string()),
                 "its folders are relative to each folder of the include path");
        path.emplace_back(e.string());
    }
    state_.set_load_path(std::move(path));
}

/// Containers that are about to be made on the way to a place belong to the template that makes
/// them.
void Object::derive_containers(Element& root, const Term* first, const Term* last,
                               const Template* t) {
    Element* e = &root;
    for (; first != last; ++first) {
        if (!e->is_defined()) {
            *e = first->is_key() ? Element::new_dict() : Element::new_list();
            derive_->made(*e, t);
        }
        if (!e->is_resource())
            return;  // the assignment itself tells
        e = child_place(*e, *first);
    }
}

// ---- definitions -------------------------------------------------------------------------------

void Object::define_type(const Template& t, const Statement& s) {
    std::string_view name = symbol_text(Name::type, s.symbol).view();
    if (basic_type(name))
        fail(t, s.name_span,
             fmt::format("the type '{}' is built in and cannot be redefined", name));
    if (const TypeDefinition* old = state_.type(s.symbol))
        fail(t, s.name_span, fmt::format("type '{}' is defined already", name), {},
             {shown_frame(old->in, old->statement->name_span, "first definition at")});
    check_types(t, s.type);
    state_.add_type(s.symbol, {&s.type, &t, &s});
}

void Object::check_types(const Template& t, const FullType& f) { check_types(t, *f.type); }

void Object::check_types(const Template& t, const TypeSpec& s) {
    auto known = [&](uint32_t symbol, const Span& span) -> const TypeDefinition* {
        if (const TypeDefinition* d = state_.type(symbol))
            return d;
        std::string_view name = symbol_text(Name::type, symbol).view();
        std::vector<std::string_view> names;
        for (const NamedWord& w : basic_types())
            names.push_back(w.name);
        const std::vector<TypeDefinition>& types = state_.types(Unrecorded::message);
        for (uint32_t i = 0; i < types.size(); i++)
            if (types[i].type)
                names.push_back(symbol_text(Name::type, i).view());
        std::string near = did_you_mean(name, names);
        fail(t, span, fmt::format("unknown type '{}'", name),
             near.empty() ? "a type must be defined before it is used: include the template that "
                            "holds it first"
                          : near);
    };
    switch (s.kind) {
        case TypeSpec::alias: {
            Span name = s.span;  // without its range
            name.end_line = name.line;
            name.end_col = name.col + uint32_t(symbol_text(Name::type, s.symbol).view().size()) - 1;
            known(s.symbol, name);
            break;
        }
        case TypeSpec::list:
        case TypeSpec::dict:
        case TypeSpec::link: check_types(t, *s.of); break;
        case TypeSpec::record:
            for (auto& i : s.includes)
                if (known(i.symbol, i.span)->type->type->kind != TypeSpec::record)
                    fail(t, i.span,
                         fmt::format("'{}' is not a record and cannot be included in one",
                                     symbol_text(Name::type, i.symbol).view()));
            for (const Field& f : s.required)
                check_types(t, f.type);
            for (const Field& f : s.optional)
                check_types(t, f.type);
            break;
        default: break;
    }
}

void Object::define_function(const Template& t, const Statement& s) {
    if (const FunctionDefinition* old = state_.function(s.symbol))
        fail(t, s.name_span,
             fmt::format("function '{}' is defined already",
                         symbol_text(Name::function, s.symbol).view()),
             {}, {shown_frame(old->in, old->statement->name_span, "first definition at")});
    state_.add_function(s.symbol, {s.block, &t, &s});
}

std::string Object::substitute_path(const Template& t, const Statement& s) {
    const Builtin* to_string = find_builtin("to_string");
    return substitute(s.path_text, [&](std::string_view name) -> std::optional<std::string> {
        const Element* v = eval_.variable_by_name(name);
        if (!v)
            fail(t, s.name_span, fmt::format("variable named '{}' is undefined", name));
        return std::string(to_string->call(eval_, Arguments("bind", {v, 1})).string());
    });
}

void Object::bind(const Template& t, const Statement& s) {
    if (state_.private_tree(Unrecorded::address))
        return;
    check_types(t, s.type);
    std::vector<Term> path = s.terms;
    if (!s.path_text.empty()) {
        try {
            PanPath p = parse_path(substitute_path(t, s), options_.dialect);
            if (p.kind != PanPath::absolute)
                fail(t, s.name_span, fmt::format("'{}' is not an absolute path", p.text()));
            path = std::move(p.terms);
        } catch (const EvalFailure& f) {
            fail(t, s.name_span, f.message, f.hint);
        }
    }
    state_.add_binding({std::move(path), &s.type, &t, &s});
}

}  // namespace weft::compiler
