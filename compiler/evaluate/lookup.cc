// What expressions ask of their object: other places of the tree, other objects, templates, files.
#include <fmt/core.h>

#include "compiler/builtin.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/library.hh"
#include "compiler/reuse/memo.hh"

namespace weft::compiler {

Element Object::create(const Expr& at, std::string_view name, std::span<const Element> pairs) {
    if (!valid_template_name(name))
        eval_.fail(at, fmt::format("'{}' is no valid template name", name));
    const Template* from = eval_.current();
    Loaded& l = load(from, at.span, name);  // stays where it is: a map of nodes
    if (l.tpl->kind != TemplateKind::structure)
        fail(*from, at.span,
             fmt::format("create() needs a structure template, and '{}' is {}", name,
                         l.tpl->kind == TemplateKind::ordinary
                             ? "an ordinary one"
                             : fmt::format("a {} template", template_kind_name(l.tpl->kind))),
             {}, {shown_frame(l.tpl.get(), l.tpl->name_span, "it begins at")});
    Element made = Element::new_dict();
    Memo* memo = state_.memo();
    Unit* unit = memo ? &memo->creation(*l.tpl) : nullptr;
    if (unit && unit->given_up)
        unit = nullptr;
    if (RecordPtr known = unit ? memo->match(*this, *unit, l.executed) : nullptr) {
        memo->replay(*this, *known);
        made = known->result.shallow();
    } else {
        uint64_t context = l.executed;
        std::optional<Recording> recording;
        if (unit)
            recording.emplace(*this);
        {
            Eval::Enter enter(eval_, &at, Frame::create, from, at.span, l.tpl.get());
            Eval::Scope scope(eval_);
            State::Scope names(state_);
            names.relative_root(&made);
            scope.self({nullptr, false, nullptr, nullptr, scope.outer()});
            std::vector<const Template*> structures;
            auto* outer_structures = std::exchange(structures_, derive_ ? &structures : nullptr);
            execute(l);
            structures_ = outer_structures;
            if (derive_)
                derive_->made(made, structures);
        }
        if (recording) {
            auto record = recording->finish();
            if (record) {
                memo->sharing.share(made);
                record->result = made;
                record->context = context;
                made = made.shallow();
            }
            unit->keep(record);
        }
    }
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        if (!pairs[i].is(Kind::string))
            eval_.fail(at, fmt::format("the keys given to create() must be strings, not {}",
                                       with_article(pairs[i].kind())));
        Term t = subscript(pairs[i]);
        if (pairs[i + 1].is(Kind::null)) {
            if (made.find(t))
                remove_at(made, &t, &t + 1);
            continue;
        }
        Element* place = place_at(made, &t, &t + 1);
        check_replacement(*place, pairs[i + 1]);
        *place = own_tree(pairs[i + 1]);
        eval_.placed(*place);
    }
    return made;
}

const Element* Object::find(const Expr& at, const PanPath& p, bool whole) {
    if (p.kind == PanPath::relative) {
        const Element* root = state_.relative_root();
        if (!root)
            eval_.fail(
                at,
                fmt::format(
                    "the path '{}' is relative; that has a meaning in structure templates only",
                    p.text()),
                "begin it with '/'");
        return look_up(*root, p.terms.data(), p.terms.data() + p.terms.size());
    }
    if (p.kind == PanPath::external)
        state_.unrepeatable();  // for another object the same path leads elsewhere
    if (p.kind == PanPath::external && p.object != name_) {
        const Found& found = library_.find_template(search_, p.object, state_.load_path());
        state_.depend(found.dependency);
        if (found.path.empty())
            return nullptr;
        FilePtr file = library_.load(found.path);
        if (!file)
            return nullptr;
        if (!file->errors.empty()) {
            TemplateError e = file->errors[0];
            if (e.cls == ErrorClass::syntax)
                e.cls = ErrorClass::evaluation;
            throw e;
        }
        if (file->kind != TemplateKind::object && options_.dialect == Dialect::d2002)
            return find_old(at, p, file->kind);
        if (file->kind != TemplateKind::object)
            eval_.fail(at, fmt::format("'{}' is no object template: '{}' cannot be looked up",
                                       p.object, p.text()));
        references_.insert(p.object);
        const Element* root =
            library_.tree_of(*this, p.object, !validating_, eval_.current(), at.span);
        return root ? look_up(*root, p.terms.data(), p.terms.data() + p.terms.size()) : nullptr;
    }
    return state_.find(p.terms, whole);
}

/// A reference of 2002 to a template that is no object: run it for this object, into a tree of its
/// own.
const Element* Object::find_old(const Expr& at, const PanPath& p, TemplateKind kind) {
    Element& made = private_trees_.emplace_back(Element::new_dict());
    if (kind == TemplateKind::structure) {
        made = create(at, p.object, {});
    } else {
        if (kind == TemplateKind::declaration)
            eval_.fail(at,
                       fmt::format("'{}' is a declaration template and holds no values", p.object));
        const Template* from = eval_.current();
        Loaded& l = load(from, at.span, p.object);
        Eval::Enter enter(eval_, &at, Frame::include, from, at.span, l.tpl.get());
        Eval::Scope scope(eval_);
        State::Scope names(state_);
        names.absolute_root(&made);
        names.relative_root(nullptr);
        scope.self({nullptr, false, nullptr, nullptr, scope.outer()});
        l.executed ? run(*l.tpl, true) : execute(l);
    }
    return look_up(made, p.terms.data(), p.terms.data() + p.terms.size());
}

/// Is this the place SELF stands for, or one above it? Then a copy must not see what SELF does to
/// it.
bool Object::overlaps_self(const Element* root, const std::vector<Term>& terms) const {
    for (const Self* s = eval_.self_chain(); s; s = s->outer)
        if (s->place && !s->read_only && s->root == root && s->path &&
            terms.size() <= s->path->size() &&
            std::equal(terms.begin(), terms.end(), s->path->begin()))
            return true;
    return false;
}

std::optional<Element> Object::value(const Expr& at, std::string_view text) {
    PanPath p = parse_path(text, options_.dialect);
    const Element* e = find(at, p);
    if (!e)
        return std::nullopt;
    if (!e->is_resource() || e->frozen())
        return *e;
    // The trees of 2002 that are private have no SELF.
    const Element* root = p.kind == PanPath::relative ? state_.relative_root(Unrecorded::address)
                                                      : &state_.tree(Unrecorded::address);
    // Frozen in place, it can be shared: whoever changes it makes a copy first, the tree included.
    // Two places of the tree that are one list or dict have to stay so.
    if (overlaps_self(root, p.terms) || !e->sole()) {
        Element copy = own_tree(*e);
        copy.freeze();
        return copy;
    }
    const_cast<Element*>(e)->freeze();
    return *e;
}

std::string Object::why_missing(const PanPath& p) {
    if (p.kind == PanPath::absolute)
        return about_path(state_.tree(Unrecorded::message), p.terms);
    const std::vector<std::string>& load_path = state_.load_path(Unrecorded::message);
    if (p.kind == PanPath::relative ||
        !library_.find_template(search_, p.object, load_path).path.empty())
        return "";
    std::string near = library_.near_template(search_, p.object, load_path);
    return near.empty()
               ? fmt::format("there is no object '{}'", p.object)
               : fmt::format("there is no object '{}'; did you mean '{}'?", p.object, near);
}

bool Object::template_exists(const Expr& at, std::string_view name) {
    if (!valid_template_name(name))
        eval_.fail(at, fmt::format("'{}' is no valid template name", name));
    const Found& found = library_.find_template(search_, name, state_.load_path());
    Dependency d = *found.dependency;
    if (!found.path.empty()) {
        d.type = Dependency::seen;
        FilePtr file = library_.load(found.path);
        if (file && file->tpl && file->kind == TemplateKind::object)
            d.object = file->name;
    }
    state_.depend(library_.intern(std::move(d)));
    return !found.path.empty();
}

static void check_file_name(const Expr& at, Eval& eval, std::string_view name) {
    bool good = !name.empty() && name[0] != '/';
    for (unsigned char c : name)
        good = good && (((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') ||
                        c == '_' || c == '-' || c == '+' || c == '.' || c == '/');
    if (!good)
        eval.fail(at, fmt::format("'{}' is no valid relative file name", name),
                  "letters, digits and _ - + . / only; it is looked for in the include path");
}

Text Object::read_file(const Expr& at, std::string_view name) {
    check_file_name(at, eval_, name);
    const Found& found = library_.find_text(search_, name, state_.load_path());
    state_.depend(found.dependency);
    if (found.path.empty())
        eval_.fail(at, fmt::format("file '{}' not found", name),
                   "it is looked for in the folders of the include path and LOADPATH");
    Text text;
    try {
        text = library_.read_text(found.path);
    } catch (const Error& e) {
        eval_.fail(at, e.message);
    }
    if (!text)
        eval_.fail(at, fmt::format("file '{}' not found", name));
    return text;
}

bool Object::file_exists(const Expr& at, std::string_view name) {
    check_file_name(at, eval_, name);
    const Found& found = library_.find_text(search_, name, state_.load_path());
    Dependency d = *found.dependency;
    d.read = false;
    state_.depend(library_.intern(std::move(d)));
    return !found.path.empty();
}

void Object::print(std::string_view lines) {
    state_.unrepeatable();
    library_.print(lines);
}

}  // namespace weft::compiler
