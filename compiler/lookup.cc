// What expressions ask of their object: other places of the tree, other objects, templates, files.
#include <fmt/core.h>

#include "compiler/builtin.hh"
#include "compiler/hints.hh"
#include "compiler/library.hh"
#include "compiler/limits.hh"
#include "compiler/memo.hh"
#include "compiler/object.hh"

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
    Unit* unit = memo_ ? &memo_->creation(*l.tpl) : nullptr;
    if (unit && unit->given_up)
        unit = nullptr;
    if (RecordPtr known = unit ? memo_->match(*this, *unit, l.executed) : nullptr) {
        memo_->replay(*this, *known);
        made = known->result.shallow();
    } else {
        uint64_t context = l.executed;
        std::optional<Recording> recording;
        if (unit)
            recording.emplace(*this);
        {
            Eval::Enter enter(eval_, &at, Frame::create, from, at.span, l.tpl.get());
            Self outer = eval_.self_;
            Element* root = std::exchange(relative_root_, &made);
            eval_.self_ = Self{nullptr, false, nullptr, nullptr, &outer};
            struct Back {
                Object& o;
                Self& s;
                Element* r;
                ~Back() {
                    o.eval_.self_ = s;
                    o.relative_root_ = r;
                }
            } back{*this, outer, root};
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
                memo_->sharing.share(made);
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
    const Element* root = &tree_;
    if (p.kind == PanPath::relative) {
        if (Memo* m = recorder())
            m->relative_read(*this);
        if (!relative_root_)
            eval_.fail(
                at,
                fmt::format(
                    "the path '{}' is relative; that has a meaning in structure templates only",
                    p.text()),
                "begin it with '/'");
        root = relative_root_;
    } else if (p.kind == PanPath::external) {
        if (Memo* m = recorder())
            m->poison();  // for another object the same path leads elsewhere
    }
    if (p.kind == PanPath::external && p.object != name_) {
        const Found& found = library_.find_template(p.object, load_path_);
        depend(found.dependency);
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
        root = library_.tree_of(*this, p.object, !validating_, eval_.current(), at.span);
        if (!root)
            return nullptr;
    }
    if (Memo* m = recorder(); m && p.kind != PanPath::relative && root == &tree_) {
        const Element* e = look_up(*root, p.terms.data(), p.terms.data() + p.terms.size());
        m->tree_read(*this, p.terms, whole);
        if (absolute_root_ == &tree_)
            return e;
    }
    if (p.kind != PanPath::relative && root == &tree_ && absolute_root_ != &tree_)
        if (const Element* e =
                look_up(*absolute_root_, p.terms.data(), p.terms.data() + p.terms.size()))
            return e;
    return look_up(*root, p.terms.data(), p.terms.data() + p.terms.size());
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
        Self outer = eval_.self_;
        Element* root = std::exchange(absolute_root_, &made);
        Element* relative = std::exchange(relative_root_, nullptr);
        eval_.self_ = Self{nullptr, false, nullptr, nullptr, &outer};
        struct Back {
            Object& o;
            Self& s;
            Element *r, *rel;
            ~Back() {
                o.eval_.self_ = s;
                o.absolute_root_ = r;
                o.relative_root_ = rel;
            }
        } back{*this, outer, root, relative};
        l.executed ? run(*l.tpl, true) : execute(l);
    }
    return look_up(made, p.terms.data(), p.terms.data() + p.terms.size());
}

/// Is this the place SELF stands for, or one above it? Then a copy must not see what SELF does to
/// it.
bool Object::overlaps_self(const Element& root, const std::vector<Term>& terms) const {
    for (const Self* s = &eval_.self_; s; s = s->outer)
        if (s->place && !s->read_only && s->root == &root && s->path &&
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
    const Element& root = p.kind == PanPath::relative
                              ? *relative_root_
                              : tree_;  // those of 2002 that are private have no SELF
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
        return about_path(tree_, p.terms);
    if (p.kind == PanPath::relative || !library_.find_template(p.object, load_path_).path.empty())
        return "";
    std::string near = library_.near_template(p.object, load_path_);
    return near.empty()
               ? fmt::format("there is no object '{}'", p.object)
               : fmt::format("there is no object '{}'; did you mean '{}'?", p.object, near);
}

bool Object::template_exists(const Expr& at, std::string_view name) {
    if (Memo* m = recorder())
        m->variable_read(*this, loadpath_symbol(), {}, true);
    if (!valid_template_name(name))
        eval_.fail(at, fmt::format("'{}' is no valid template name", name));
    const Found& found = library_.find_template(name, load_path_);
    Dependency d = *found.dependency;
    if (!found.path.empty()) {
        d.type = Dependency::seen;
        FilePtr file = library_.load(found.path);
        if (file && file->tpl && file->kind == TemplateKind::object)
            d.object = file->name;
    }
    depend(library_.intern(std::move(d)));
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
    if (Memo* m = recorder())
        m->variable_read(*this, loadpath_symbol(), {}, true);
    check_file_name(at, eval_, name);
    const Found& found = library_.find_text(name, load_path_);
    depend(found.dependency);
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
    if (Memo* m = recorder())
        m->variable_read(*this, loadpath_symbol(), {}, true);
    check_file_name(at, eval_, name);
    const Found& found = library_.find_text(name, load_path_);
    Dependency d = *found.dependency;
    d.read = false;
    depend(library_.intern(std::move(d)));
    return !found.path.empty();
}

void Object::print(std::string_view lines) {
    if (Memo* m = recorder())
        m->poison();
    library_.print(lines);
}

}  // namespace weft::compiler
