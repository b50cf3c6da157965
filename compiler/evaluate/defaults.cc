// The defaults phase: what the types of bound paths say about missing values
// (pan-language 5.6, 7.3).
#include "compiler/evaluate/object.hh"
#include "compiler/limits.hh"
#include "compiler/reuse/library.hh"
#include "compiler/reuse/memo.hh"

namespace weft::compiler {

/// Longer paths first, equal lengths in path order, each path's bindings in the order bound.
std::vector<const Binding*> Object::ordered_bindings() {
    std::vector<const Binding*> out;
    for (const Binding& b : state_.bindings(Unrecorded::finished))
        out.push_back(&b);
    std::stable_sort(out.begin(), out.end(), [](const Binding* a, const Binding* b) {
        return a->path.size() != b->path.size() ? a->path.size() > b->path.size()
                                                : a->path < b->path;
    });
    return out;
}

const FullType* Object::find_default(const FullType& f) const {
    return f.has_default ? &f : find_default(*f.type);
}

const FullType* Object::find_default(const TypeSpec& t) const {
    if (t.kind == TypeSpec::alias) {
        const TypeDefinition* d = state_.type(t.symbol, Unrecorded::compared);
        return d ? find_default(*d->type) : nullptr;
    }
    if (t.kind == TypeSpec::record)
        for (auto& i : t.includes)
            if (const TypeDefinition* d = state_.type(i.symbol, Unrecorded::compared))
                if (const FullType* found = find_default(*d->type))
                    return found;
    return nullptr;
}

/// What was filled before, for this object or another, is filled alike; only links look elsewhere.
void Object::fill(const TypeSpec& t, Element& e) {
    spend(32);  // a default may become a dict of its own
    if (!memo() || !e.mark() || !e.size())
        return fill_really(t, e);
    Element made;
    if (const Element* known = memo()->filled(*this, t, e)) {
        if (known->mark() == e.mark())
            return;
        made = *known;
    } else if (memo()->has_links(*this, t)) {
        return fill_really(t, e);
    } else {
        made = e;
        size_t before = work_left;
        if (!fill_rest(t, made))
            fill_really(t, made);
        size_t work = before - work_left;
        memo()->sharing.share(made);
        memo()->keep_filled(*this, t, e, made, work);
        if (made.mark() == e.mark())
            return;
    }
    made.set_origin(e.origin());
    e = std::move(made);
}

static void put_child(Element& e, size_t i, Element value) {
    make_own(e);
    (e.is(Kind::list) ? e.list_ref()[i] : e.dict_ref()[i].value) = std::move(value);
}

/// Of a list or dict of this type.
void Object::fill_child(const TypeSpec& t, Element& e, size_t i) {
    if (e.child(i).is(Kind::undef)) {
        const FullType* d = find_default(*t.of);
        if (!d)
            return;
        put_child(e, i, default_of(*d));
    }
    if (!e.child(i).is_resource() && t.of->kind != TypeSpec::link && t.of->kind != TypeSpec::alias)
        return;
    Element copy = e.child(i);
    const void* node = copy.node();
    fill(*t.of, copy);
    if (copy.node() != node)
        put_child(e, i, std::move(copy));
}

/// All but a few children of a list or dict are those of another that was filled: fill these few.
/// False: there is none.
bool Object::fill_rest(const TypeSpec& t, Element& e) {
    if ((t.kind != TypeSpec::list && t.kind != TypeSpec::dict) ||
        !e.is(t.kind == TypeSpec::list ? Kind::list : Kind::dict))
        return false;
    const Sharing::Kin* found = memo()->sharing.kin(e);
    if (!found)
        return false;
    Sharing::Kin kin = *found;  // filling may share more
    size_t before = work_left;
    const Element* known = memo()->filled(*this, t, kin.like);
    if (!known)
        return false;
    // Of the work of that one, the part of its own children.
    work_left += (before - work_left) / e.size() * (kin.last - kin.first);
    Element filled = *known;
    for (size_t i = 0; i < e.size(); i++) {
        if (i >= kin.first && i < kin.last)
            fill_child(t, e, i);
        else if (filled.mark() != kin.like.mark() && !Sharing::alike(filled.child(i), e.child(i)))
            put_child(e, i, filled.child(i));
    }
    return true;
}

void Object::fill_really(const TypeSpec& t, Element& e) {
    switch (t.kind) {
        case TypeSpec::alias:
            if (const TypeDefinition* d = state_.type(t.symbol, Unrecorded::compared))
                fill(*d->type->type, e);
            break;
        case TypeSpec::list:
        case TypeSpec::dict:
            if (!e.is(t.kind == TypeSpec::list ? Kind::list : Kind::dict))
                break;
            for (size_t i = 0; i < e.size(); i++)
                fill_child(t, e, i);
            break;
        case TypeSpec::link: {
            if (!e.is(Kind::string))
                break;
            Element& tree = state_.tree(Unrecorded::finished);
            Element* target = nullptr;
            try {
                PanPath p = parse_path(e.string(), options_.dialect);
                if (p.kind != PanPath::absolute &&
                    !(p.kind == PanPath::external && p.object == name_))
                    break;
                const Element* there =
                    look_up(tree, p.terms.data(), p.terms.data() + p.terms.size());
                if (there && there->is_resource())
                    target = place_at(tree, p.terms.data(), p.terms.data() + p.terms.size());
            } catch (const EvalFailure&) {  // a text that is no path: the check of the type tells
            }
            if (target)
                fill(*t.of, *target);
            break;
        }
        case TypeSpec::record: {
            if (!e.is(Kind::dict))
                break;
            for (auto& i : t.includes)
                if (const TypeDefinition* d = state_.type(i.symbol, Unrecorded::compared))
                    fill(*d->type->type, e);
            for (int pass = 0; pass < 2; pass++) {
                for (const Field& f : pass ? t.optional : t.required) {
                    const Element* child = e.dict().find(f.key);
                    if (pass && !child)
                        continue;
                    if (!child || child->is(Kind::undef)) {
                        const FullType* d = find_default(f.type);
                        if (!d)
                            continue;
                        make_own(e);
                        Element& place = e.dict_ref().at(f.key);
                        place = default_of(*d);
                        child = &place;
                    }
                    const TypeSpec& s = *f.type.type;
                    if (s.kind == TypeSpec::builtin || s.kind == TypeSpec::choice)
                        continue;
                    if (!child->is_resource() && !child->is(Kind::string))
                        continue;
                    if (!e.frozen() && !child->frozen()) {
                        fill(s, e.dict_ref().at(f.key));
                        continue;
                    }
                    Element copy = *child;
                    const void* node = copy.node();
                    fill(s, copy);
                    if (copy.node() != node) {
                        make_own(e);
                        e.dict_ref().at(f.key) = std::move(copy);
                    }
                }
            }
            break;
        }
        default: break;
    }
}

void Object::defaults() {
    Element& tree = state_.tree(Unrecorded::finished);
    std::vector<const Binding*> all = ordered_bindings();
    for (size_t i = 0; i < all.size();) {
        size_t end = i;
        while (end < all.size() && all[end]->path == all[i]->path)
            end++;
        const std::vector<Term>& path = all[i]->path;
        const Element* there = nullptr;
        try {
            there = look_up(tree, path.data(), path.data() + path.size());
        } catch (const EvalFailure&) {
            return;  // validation tells what is wrong there
        }
        try {
            if (!there || there->is(Kind::undef)) {
                const FullType* d = nullptr;
                for (size_t b = i; b < end && !d; b++)
                    d = find_default(*all[b]->type);
                if (d) {
                    Element* place = place_at(tree, path.data(), path.data() + path.size());
                    *place = default_of(*d);
                    there = place;
                }
            }
            if (there && there->is_defined() && (there->is_resource() || there->is(Kind::string)))
                for (size_t b = i; b < end; b++)
                    if (wants_fill(*all[b]->type->type))
                        fill(*all[b]->type->type,
                             *place_at(tree, path.data(), path.data() + path.size()));
        } catch (const EvalFailure& f) {
            const Binding& b = *all[i];
            fail(*b.in, b.statement->name_span, f.message, f.hint);
        }
        i = end;
    }
}

/// The default as an element of this object.
Element Object::default_of(const FullType& f) {
    Element e = f.default_value;
    if (derive_)
        derive_->made(e, f.owner);
    return e;
}

/// Could filling with this type change anything? Most bindings of plain types cannot.
bool Object::wants_fill(const TypeSpec& t) const {
    return t.kind != TypeSpec::builtin && t.kind != TypeSpec::choice;
}

}  // namespace weft::compiler
