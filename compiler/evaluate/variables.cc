// Variables, SELF and assignments inside DML: who shares what with whom (pan-language 4.5 to 4.8).
#include <fmt/core.h>

#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/memo.hh"

namespace weft::compiler {

bool Eval::is_global(uint32_t symbol) const {
    return object_ && object_->state().variable(symbol, {}, false);
}

void Eval::terms(const Expr& v, std::vector<Term>& out) {
    out.reserve(v.kids.size());
    for (const Expr* k : v.kids) {
        if (k->is_step) {
            out.push_back(k->step);
            continue;
        }
        Element s = eval(*k);
        try {
            out.push_back(subscript(s));
        } catch (const EvalFailure& f) {
            fail(*k, f.message, f.hint);
        }
    }
}

static std::string shown(const Expr& v, const std::vector<Term>& terms, size_t upto) {
    std::string s =
        v.op == Op::self ? "SELF" : std::string(symbol_text(Name::variable, v.symbol).view());
    for (size_t i = 0; i < upto; i++)
        s += fmt::format("[{}]", terms[i].text());
    return s;
}

/// What the first of the subscripts lead to, when something is there.
const Element* Eval::find_upto(const Expr& v, const std::vector<Term>& t, size_t upto) {
    const Element* base = v.op == Op::self ? self_.place
                          : v.op == Op::variable
                              ? variable_by_name(symbol_text(Name::variable, v.symbol).view())
                              : nullptr;
    for (size_t i = 0; base && i < upto; i++)
        base = base->find(t[i]);
    return base;
}

void Eval::undefined(const Expr& v, const std::vector<Term>& t, size_t upto) {
    needs_world(v);
    std::string hint;
    if (upto == 0 && v.op == Op::variable) {
        std::vector<std::string_view> known;
        for (uint32_t i = 0; i < symbol_count(Name::variable); i++)
            if (object_->state().variable(i, Unrecorded::message))
                known.push_back(symbol_text(Name::variable, i).view());
        if (locals_)
            for (size_t i = 0; i < locals_->block->locals.size(); i++)
                if (locals_->slots[i].set)
                    known.push_back(symbol_text(Name::variable, locals_->block->locals[i]).view());
        hint = did_you_mean(symbol_text(Name::variable, v.symbol).view(), known);
    }
    if (const Element* parent = upto ? find_upto(v, t, upto - 1) : nullptr)
        hint = about_child(shown(v, t, upto - 1), *parent, t[upto - 1]);
    fail(v, fmt::format("variable named '{}' is undefined", shown(v, t, upto)), hint);
}

Element Eval::read_automatic(const Expr& e) {
    needs_world(e);
    Element base;
    switch (e.automatic) {
        case Automatic::object: base = object_->state().object_name(); break;
        case Automatic::function: {
            const Key* name = object_->state().function_name();
            if (!name)
                undefined(e, {}, 0);
            base = Element::of_string(name->view());
            break;
        }
        default: {
            const Template* t = object_->state().statement_template();
            if (!t)
                undefined(e, {}, 0);
            base = Element::of_string(t->name);
        }
    }
    if (!e.kids.empty()) {
        std::vector<Term> t;
        terms(e, t);
        undefined(e, t, t.size());
    }
    return base;
}

/// The value of a variable, SELF or a child of it.
///   share   the caller may change what it gets, and that must show in the variable: it is made its
///   own first,
///           so that it does not matter what is frozen
Element Eval::read_variable(const Expr& e, bool share) {
    std::vector<Term> t;
    if (!e.kids.empty()) {
        terms(e, t);
        if (returning_)
            return {};
    }
    Element* base = nullptr;
    const Global* known = nullptr;
    if (e.op == Op::self) {
        if (!object_)
            throw NotConstant();
        if (!self_.place)
            fail(e, "SELF has no meaning here",
                 "it stands for the old value in assignments and variable statements, and for the "
                 "element in 'with'");
        base = self_.place;
    } else if (e.slot >= 0 && locals_->slots[e.slot].set) {
        base = &locals_->slots[e.slot].value;
    } else {
        known = object_ ? object_->state().variable(e.symbol, t) : nullptr;
        if (!known)
            undefined(e, t, 0);
    }
    bool self = e.op == Op::self, checked = self && self_.read_only;
    if (t.empty()) {
        if (known)
            return known->shown();
        if (checked && share)
            return base->clone();
        if (self && share && !Sharing::constant(*base))
            make_own(*base);
        return *base;
    }
    const Element* from = known ? &known->value : base;
    const Element* found = nullptr;
    try {
        found = look_up(*from, t.data(), t.data() + t.size());
    } catch (const EvalFailure& f) {
        fail(e, f.message, f.hint);
    }
    if (!found) {
        size_t n = 1;
        while (n < t.size() && look_up(*from, t.data(), t.data() + n))
            n++;
        undefined(e, t, n);
    }
    if (found->is_property())
        return *found;
    if (known) {
        if (found->frozen() || found->sole()) {
            const_cast<Element*>(found)->freeze();
            return *found;
        }
        return *look_up(known->shown(), t.data(), t.data() + t.size());
    }
    if (!share)
        return *found;
    if (checked)
        return found->clone();
    // An argument that is frozen is somebody's global variable or constant.
    bool argument = !self && e.slot == locals_->block->argv;
    bool others = self       ? Sharing::constant(*base)
                  : argument ? t.size() == 1 || base->find(t[0])->frozen()
                             : base->frozen();
    if (others || !found->frozen() || Sharing::constant(*found))
        return *found;
    return *place_at(*base, t.data(), t.data() + t.size()) = found->shallow();
}

const Element* Eval::find(const Expr& e, bool tolerant) {
    if (e.op == Op::automatic) {
        needs_world(e);
        static thread_local Element value;
        // OBJECT is always there.
        State& state = object_->state();
        bool there = e.automatic == Automatic::function    ? state.function_name() != nullptr
                     : e.automatic == Automatic::template_ ? state.statement_template() != nullptr
                                                           : true;
        if (!e.kids.empty() || !there)
            return nullptr;
        value = read_automatic(e);
        return &value;
    }
    std::vector<Term> t;
    if (!e.kids.empty())
        terms(e, t);
    const Element* base = nullptr;
    if (e.op == Op::self) {
        if (!object_)
            throw NotConstant();
        if (!self_.place)
            fail(e, "SELF has no meaning here");
        base = self_.place;
    } else if (e.slot >= 0 && locals_->slots[e.slot].set) {
        base = &locals_->slots[e.slot].value;
    } else {
        const Global* g = object_ ? object_->state().variable(e.symbol, t) : nullptr;
        if (!g)
            return nullptr;
        base = &g->value;
    }
    if (t.empty())
        return base;
    if (!tolerant) {
        try {
            return look_up(*base, t.data(), t.data() + t.size());
        } catch (const EvalFailure& f) {
            fail(e, f.message, f.hint);
        }
    }
    for (const Term& step : t)
        if (!(base = base->find(step)))
            return nullptr;
    return base;
}

const Element* Eval::variable_by_name(std::string_view name) {
    if (!object_)
        throw NotConstant();
    uint32_t s = symbol(Name::variable, name);
    if (locals_)
        for (size_t i = 0; i < locals_->block->locals.size(); i++)
            if (locals_->block->locals[i] == s && locals_->slots[i].set) {
                object_->state().local_by_name();
                return &locals_->slots[i].value;
            }
    State& state = object_->state();
    state.local_by_name();  // a loop may set it
    if (name == "OBJECT")
        return &state.object_name();
    if (name == "SELF") {
        state.unrepeatable();
        if (self_.place)
            return self_.place;
    }
    const Global* g = state.variable(s);
    return g ? &g->shown() : nullptr;
}

Element& Eval::own_self(const Expr& at) {
    if (!object_)
        throw NotConstant();
    if (!self_.place)
        fail(at, "SELF has no meaning here");
    if (self_.read_only)
        fail(at, "SELF cannot be changed in validation code", "copy it into a variable first");
    return *self_.place;
}

Element& Eval::place(const Expr& v) {
    Element* base = nullptr;
    if (v.op == Op::self) {
        base = &own_self(v);
    } else {
        if (v.op == Op::automatic || is_global(v.symbol))
            fail(v,
                 fmt::format("the global variable '{}' cannot be changed here",
                             symbol_text(Name::variable, v.symbol).view()),
                 "global variables are changed by 'variable' statements only; use another name for "
                 "a local one");
        Local& l = locals_->slots[v.slot];
        l.set = true;
        base = &l.value;
    }
    std::vector<Term> t;
    terms(v, t);
    try {
        return *place_at(*base, t.data(), t.data() + t.size());
    } catch (const EvalFailure& f) {
        fail(v, f.message, f.hint);
    }
}

Element Eval::assign(const Expr& target, Element value, bool want_result) {
    bool self = target.op == Op::self;
    if (!self && (target.op == Op::automatic || is_global(target.symbol)))
        fail(target,
             fmt::format("the global variable '{}' cannot be changed here",
                         symbol_text(Name::variable, target.symbol).view()),
             target.in_condition ? "'=' assigns; a comparison is written '=='"
                                 : "global variables are changed by 'variable' statements only; "
                                   "use another name for a local one");
    Element* base = self ? &own_self(target) : &locals_->slots[target.slot].value;
    try {
        if (target.kids.empty()) {
            check_replacement(*base, value);
            make_own(value);
            locals_->slots[target.slot].set = true;
            if (!want_result) {
                *base = std::move(value);
                return {};
            }
            *base = value;
            return value;
        }
        std::vector<Term> t;
        terms(target, t);
        base = self ? &own_self(target)
                    : &locals_->slots[target.slot]
                           .value;  // subscripts may have moved nothing, but stay safe
        if (!self) {
            locals_->slots[target.slot].set = true;
            value = own_tree(std::move(value));
        } else {
            check_cycle(target, *base, value);
        }
        if (value.is(Kind::null)) {
            Element* parent = place_at(*base, t.data(), t.data() + t.size() - 1);
            const Term& last = t.back();
            if (!parent->is_defined())
                *parent = last.is_key() ? Element::new_dict() : Element::new_list();
            if (look_up(*parent, &last, &last + 1))
                remove_at(*parent, &last, &last + 1);
            else
                check_nothing(*parent, &last, &last + 1);
            return value;
        }
        if (object_ && object_->derive())
            object_->derive_containers(*base, t.data(), t.data() + t.size(), current_);
        Element* place = place_at(*base, t.data(), t.data() + t.size());
        check_replacement(*place, value);
        if (object_ && object_->derive())
            object_->derive()->put(value, *place, current_);
        else if (self && origin_)
            value.set_origin(origin_);
        *place = std::move(value);
        if (!want_result)
            return {};
        return self ? own_tree(*place) : *place;
    } catch (const EvalFailure& f) {
        fail(target, f.message, f.hint);
    }
}

void Eval::remove(const Expr& v) {
    Element* base = nullptr;
    if (v.op == Op::self) {
        base = &own_self(v);
    } else {
        if (v.op == Op::automatic || is_global(v.symbol))
            fail(v, fmt::format("the global variable '{}' cannot be deleted here",
                                symbol_text(Name::variable, v.symbol).view()));
        if (v.slot < 0 || !locals_->slots[v.slot].set) {
            std::vector<Term> unused;
            terms(v, unused);
            return;
        }
        base = &locals_->slots[v.slot].value;
    }
    if (v.kids.empty()) {
        locals_->slots[v.slot] = {};
        return;
    }
    std::vector<Term> t;
    terms(v, t);
    try {
        if (look_up(*base, t.data(), t.data() + t.size()))
            remove_at(*base, t.data(), t.data() + t.size());
        else
            check_nothing(*base, t.data(), t.data() + t.size());
    } catch (const EvalFailure& f) {
        fail(v, f.message, f.hint);
    }
}

/// A resource inside itself would never end: refuse to make one.
void Eval::check_cycle(const Expr& at, const Element& container, const Element& value) {
    if (!value.is_resource() || value.frozen())
        return;
    size_t seen = 0;
    std::vector<const Element*> work{&value};
    while (!work.empty()) {
        const Element* e = work.back();
        work.pop_back();
        if (e->same_node(container) || ++seen > max_elements)
            fail(at, "a resource cannot be stored inside itself");
        if (e->is(Kind::list)) {
            for (const Element& c : e->list())
                if (c.is_resource() && !c.frozen())
                    work.push_back(&c);
        } else {
            for (const Dict::Entry& c : e->dict())
                if (c.value.is_resource() && !c.value.frozen())
                    work.push_back(&c.value);
        }
    }
}

/// A value may hold the same list many times, and so be far larger than it looks: count what is
/// copied.
Element own_tree(Element value) {
    if (!value.is_resource() || value.frozen())
        return value;
    if (value.shared())
        value = value.shallow();
    std::vector<Element*> work{&value};
    size_t seen = 0;
    auto visit = [&](Element& c) {
        spend(1);
        if (++seen > max_elements)
            throw EvalFailure(fmt::format("the value has more than {} elements", max_elements));
        if (!c.is_resource() || c.frozen())
            return;
        if (c.shared())
            c = c.shallow();  // else only this reference: keep the node, look further down
        work.push_back(&c);
    };
    while (!work.empty()) {
        Element* e = work.back();
        work.pop_back();
        if (e->is(Kind::list)) {
            List& l = e->list_ref();
            for (size_t i = 0; i < l.size(); i++)
                visit(l[i]);
        } else {
            Dict& d = e->dict_ref();
            for (size_t i = 0; i < d.size(); i++)
                visit(d[i].value);
        }
    }
    return value;
}

}  // namespace weft::compiler
