// Recording what code reads and writes, and doing it again for another object.
#include "compiler/reuse/memo.hh"

#include <algorithm>
#include <bit>

#include "compiler/limits.hh"
#include "compiler/reuse/library.hh"

namespace weft::compiler {

using Read = Record::Read;

// ---- addresses ---------------------------------------------------------------------------------

Spot* Memo::spot(uint32_t variable, const Term* first, const Term* last) {
    Spot* s = tree_.get();
    if (variable) {
        auto& root = variables_[variable];
        if (!root)
            root = std::make_unique<Spot>(Spot{nullptr, variable, {}});
        s = root.get();
    }
    for (; first != last; ++first) {
        auto& below = spots_[{s, *first}];
        if (!below) {
            below = std::make_unique<Spot>(Spot{s, variable, s->path});
            below->path.push_back(*first);
        }
        s = below.get();
    }
    return s;
}

/// What is at the address now. *odd: something on the way is no container, or of the other kind;
/// then nothing is known.
static Element* seek(Element& root, const Term* first, const Term* last, bool* odd) {
    Element* e = &root;
    for (; first != last; ++first) {
        if (!e->is(first->is_key() ? Kind::dict : Kind::list)) {
            *odd = true;
            return nullptr;
        }
        Element* child = const_cast<Element*>(e->find(*first));
        if (!child)
            return nullptr;
        e = child;
    }
    return e;
}

/// The code that is running changes SELF in place, this variable or a place of the tree: nothing
/// above or below it may be frozen now, local variables could refer to it.
bool Memo::touches_self(Object& o, const Global* g, const Term* first, const Term* last) const {
    const Element* tree = &o.state().tree(Unrecorded::recorder);
    for (const Self* s = o.eval().self_chain(); s; s = s->outer) {
        if (!s->place || s->read_only)
            continue;
        if (g && s->place == &g->value)
            return true;
        if (g || s->root != tree || !s->path)
            continue;
        size_t n = std::min(s->path->size(), size_t(last - first));
        if (std::equal(first, first + n, s->path->begin()))
            return true;
    }
    return false;
}

bool Memo::give_mark(Element& e) {
    if (!e.is_resource() || e.mark())
        return true;
    if (!e.frozen() && !e.sole())
        return false;
    sharing.share(e);
    return true;
}

// ---- events ------------------------------------------------------------------------------------

void Memo::spoil() {
    for (Recording* r = top_; r; r = r->outer_)
        r->state_ = Recording::spoilt;
    top_ = nullptr;
}

void Memo::read(Read r) {
    while (top_ && !top_->note(r)) {
    }
}

void Memo::tree_read(Object& o, const std::vector<Term>& path, bool whole) {
    if (!top_)
        return;
    const Term *first = path.data(), *last = first + path.size();
    Spot* s = spot(0, first, last);
    if (top_->covered(s))
        return;
    bool odd = false;
    Element* e = seek(o.state().tree(Unrecorded::recorder), first, last, &odd);
    if (odd || touches_self(o, nullptr, first, last))
        return spoil();
    if (whole && e && !give_mark(*e))
        return spoil();
    read({.kind = whole ? Read::whole : Read::presence,
          .there = e != nullptr,
          .spot = s,
          .value = e && whole ? *e : Element()});
}

void Memo::tree_write(Object& o, const std::vector<Term>& path) {
    if (!top_)
        return;
    // A list is changed as a whole: positions move.
    size_t n = 0;
    while (n < path.size() && path[n].is_key())
        n++;
    const Term* first = path.data();
    Spot* s = spot(0, first, first + n);
    for (const Spot* above = s; above; above = above->up)
        if (auto it = top_->seen_.find(above); it != top_->seen_.end() && it->second.written)
            return;
    Element* e = &o.state().tree(Unrecorded::recorder);
    size_t depth = 0;
    for (; depth < n; depth++) {
        if (!e->is(Kind::dict))
            return spoil();
        Element* child = const_cast<Element*>(e->find(first[depth]));
        if (!child)
            break;
        e = child;
    }
    if (depth < n) {  // the uppermost that is missing is made here
        s = spot(0, first, first + depth + 1);
        e = nullptr;
    } else if (e->is_resource()) {
        if (touches_self(o, nullptr, first, first + n) || !give_mark(*e))
            return spoil();
    }
    read({.kind = Read::whole, .there = e != nullptr, .spot = s, .value = e ? *e : Element()});
    if (top_)
        top_->written(s);
}

void Memo::variable_read(Object& o, uint32_t symbol, const std::vector<Term>& below, bool whole) {
    if (!top_)
        return;
    const Term *first = below.data(), *last = first + below.size();
    Spot* s = spot(symbol + 1, first, last);
    if (top_->covered(s))
        return;
    Global* g = o.state().variable(symbol, Unrecorded::recorder);
    if (g && touches_self(o, g, first, last))
        return spoil();
    bool odd = false;
    Element* e = g ? seek(g->value, first, last, &odd) : nullptr;
    if (odd)
        return variable_read(o, symbol, {}, true);
    if (whole && e && !give_mark(*e))
        return spoil();
    read({.kind = whole ? Read::whole : Read::presence,
          .there = e != nullptr,
          .final = g && g->final && below.empty(),
          .spot = s,
          .value = e && whole ? *e : Element()});
}

const std::vector<int32_t>& Memo::slots(const Expr& top) {
    auto [it, added] = slots_.try_emplace(&top);
    if (!added)
        return it->second;
    std::vector<const Expr*> work{&top};
    while (!work.empty()) {
        const Expr& e = *work.back();
        work.pop_back();
        if (e.op == Op::variable && e.slot >= 0)
            it->second.push_back(e.slot);
        work.insert(work.end(), e.kids.begin(), e.kids.end());
    }
    std::sort(it->second.begin(), it->second.end());
    it->second.erase(std::unique(it->second.begin(), it->second.end()), it->second.end());
    return it->second;
}

void Memo::variable_write(Object& o, uint32_t symbol) {
    if (!top_)
        return;
    variable_read(o, symbol, {}, true);
    if (top_)
        top_->written(spot(symbol + 1, nullptr, nullptr));
}

void Memo::function_read(Object& o, uint32_t symbol) {
    if (!top_)
        return;
    const FunctionDefinition* f = o.state().function(symbol, Unrecorded::recorder);
    read({.kind = Read::function, .symbol = symbol, .pointer = f ? f->block : nullptr});
}

void Memo::type_read(Object& o, uint32_t symbol) {
    if (!top_)
        return;
    const TypeDefinition* t = o.state().type(symbol, Unrecorded::recorder);
    read({.kind = Read::type, .symbol = symbol, .pointer = t ? t->type : nullptr});
}

void Memo::types_read(Object& o) {
    if (top_)
        read({.kind = Read::types, .number = o.state().types_sum(Unrecorded::recorder)});
}

void Memo::statement_of_read(Object& o) {
    if (top_)
        read({.kind = Read::statement_of,
              .pointer = o.state().statement_template(Unrecorded::recorder)});
}

void Memo::search_read(Object& o) {
    if (top_)
        read({.kind = Read::search, .pointer = &o.search()});
}

void Memo::function_name_read(Object& o) {
    if (top_ && top_->function_ == o.state().function_name(Unrecorded::recorder))
        spoil();
}

void Memo::local_read(Object& o) {
    if (top_ && top_->locals_ && top_->locals_ == o.eval().locals())
        spoil();
}

void Memo::relative_read(Object& o) {
    if (top_ && top_->relative_ == o.state().relative_root(Unrecorded::recorder))
        spoil();
}

void Memo::loaded_read(Object& o, Key name) {
    if (!top_)
        return;
    auto it = o.state().templates(Unrecorded::recorder).find(name);
    Read r{.kind = Read::loaded, .name = name};
    if (it != o.state().templates(Unrecorded::recorder).end()) {
        r.pointer = it->second.tpl.get();
        r.there = it->second.executed;
    }
    read(r);
}

// ---- recording ---------------------------------------------------------------------------------

Recording::Recording(Object& o)
    : object_(o),
      memo_(*o.memo()),
      outer_(memo_.top_),
      types_(o.state().log().types.size()),
      functions_(o.state().log().functions.size()),
      bindings_(o.state().bindings(Unrecorded::recorder).size()),
      finals_(o.state().log().finals.size()),
      loads_(o.state().log().loads.size()),
      dependencies_(o.state().dependencies(Unrecorded::recorder).size()),
      load_paths_(o.state().log().load_paths),
      depth_(o.eval().depth()),
      deepest_(o.eval().deepest()),
      work_(work_left),
      relative_(o.state().relative_root(Unrecorded::recorder)),
      function_(o.state().function_name(Unrecorded::recorder)),
      locals_(o.eval().locals()),
      statement_of_(o.state().statement_template(Unrecorded::recorder)) {
    memo_.top_ = this;
    o.eval().set_deepest(depth_);
}

void Recording::leave() {
    if (std::exchange(left_, true))
        return;
    if (state_ == recording)
        memo_.top_ = outer_;
    object_.eval().set_deepest(std::max(deepest_, object_.eval().deepest()));
}

Recording::~Recording() {
    if (left_)
        return;
    if (state_ == recording)
        memo_.spoil();
    leave();
}

bool Recording::covered(const Spot* s) const {
    for (; s; s = s->up)
        if (auto it = seen_.find(s); it != seen_.end() && (it->second.written || it->second.whole))
            return true;
    return false;
}

bool Recording::note(const Read& r) {
    if (r.kind == Read::statement_of && r.pointer != statement_of_)
        return true;  // set inside
    if (r.kind != Read::whole && r.kind != Read::presence) {
        uint64_t name =
            uint64_t(r.kind) << 56 ^
            (r.kind == Read::loaded ? uint64_t(std::hash<std::string_view>()(r.name.view())) >> 8
                                    : r.symbol);
        if (names_.insert(name).second) {
            record_->reads.push_back(r);
            record_->reads.back().step = step;
        }
        return true;
    }
    if (covered(r.spot))
        return true;
    Seen& s = seen_[r.spot];
    if (s.below) {
        if (r.kind == Read::presence)
            return true;  // it was there, or the write below it would have made it
        detach();
        return false;
    }
    if (r.kind == Read::presence && std::exchange(s.presence, true))
        return true;
    s.whole = r.kind == Read::whole;
    record_->reads.push_back(r);
    record_->reads.back().step = step;
    return true;
}

void Recording::written(Spot* s) {
    for (const Spot* a = s; a; a = a->up)
        if (auto it = seen_.find(a); it != seen_.end() && it->second.written)
            return;
    seen_[s].written = true;
    writes_.push_back(s);
    for (const Spot* a = s->up; a; a = a->up)
        seen_[a].below = true;
}

/// From here on the unit around listens alone; it learns what was seen so far.
void Recording::detach() {
    state_ = detached;
    memo_.top_ = outer_;
    for (const Read& r : record_->reads)
        memo_.read(r);
    for (Spot* s : writes_)
        if (memo_.top_)
            memo_.top_->written(s);
}

std::shared_ptr<Record> Recording::finish() {
    bool good = state_ == recording;
    int depth = object_.eval().deepest() - depth_;
    leave();
    if (!good)
        return nullptr;
    Object& o = object_;
    Record& r = *record_;
    r.depth = depth;
    r.work = work_ - work_left;
    for (Spot* s : writes_) {
        bool inside = false, odd = false;
        for (const Spot* a = s->up; a && !inside; a = a->up)
            if (auto it = seen_.find(a); it != seen_.end())
                inside = it->second.written;
        if (inside)
            continue;
        Global* g =
            s->variable ? o.state().variable(s->variable - 1, Unrecorded::recorder) : nullptr;
        Element* e = nullptr;
        if (s->variable && !g)
            odd = true;
        else
            e = seek(g ? g->value : o.state().tree(Unrecorded::recorder), s->path.data(),
                     s->path.data() + s->path.size(), &odd);
        if (odd || (e && !memo_.give_mark(*e))) {  // nobody around would see all
            memo_.spoil();
            return nullptr;
        }
        r.writes.push_back({s, e != nullptr, g && g->final, e ? *e : Element()});
    }
    // The unit around reads and writes what this one did.
    for (const Read& x : r.reads)
        memo_.read(x);
    for (Spot* s : writes_)
        if (memo_.top_)
            memo_.top_->written(s);
    for (size_t i = types_; i < o.state().log().types.size(); i++)
        r.types.emplace_back(o.state().log().types[i],
                             o.state().types(Unrecorded::recorder)[o.state().log().types[i]]);
    for (size_t i = functions_; i < o.state().log().functions.size(); i++)
        r.functions.emplace_back(
            o.state().log().functions[i],
            o.state().functions(Unrecorded::recorder)[o.state().log().functions[i]]);
    r.bindings.assign(o.state().bindings(Unrecorded::recorder).begin() + long(bindings_),
                      o.state().bindings(Unrecorded::recorder).end());
    r.finals.assign(o.state().log().finals.begin() + long(finals_), o.state().log().finals.end());
    r.dependencies.assign(
        o.state().dependencies(Unrecorded::recorder).begin() + long(dependencies_),
        o.state().dependencies(Unrecorded::recorder).end());
    for (size_t i = loads_; i < o.state().log().loads.size(); i++) {
        Key name = o.state().log().loads[i];
        if (std::any_of(r.loads.begin(), r.loads.end(), [&](auto& l) { return l.name == name; }))
            continue;
        auto& l = o.state().templates(Unrecorded::recorder).at(name);
        r.loads.push_back({name, l.tpl, l.executed});
    }
    if (o.state().log().load_paths != load_paths_) {
        r.load_path_changed = true;
        r.load_path = o.state().load_path(Unrecorded::recorder);
    }
    return record_;
}

// ---- again -------------------------------------------------------------------------------------

bool Memo::holds(Object& o, const Read& r) {
    switch (r.kind) {
        case Read::function: {
            const FunctionDefinition* f = o.state().function(r.symbol, Unrecorded::recorder);
            return (f ? f->block : nullptr) == r.pointer;
        }
        case Read::type: {
            const TypeDefinition* t = o.state().type(r.symbol, Unrecorded::recorder);
            return (t ? t->type : nullptr) == r.pointer;
        }
        case Read::types: return o.state().types_sum(Unrecorded::recorder) == r.number;
        case Read::statement_of:
            return o.state().statement_template(Unrecorded::recorder) == r.pointer;
        case Read::search: return &o.search() == r.pointer;
        case Read::loaded: {
            auto it = o.state().templates(Unrecorded::recorder).find(r.name);
            return it == o.state().templates(Unrecorded::recorder).end()
                       ? !r.pointer
                       : it->second.tpl.get() == r.pointer && it->second.executed == r.there;
        }
        default: break;
    }
    const Spot& s = *r.spot;
    Global* g = nullptr;
    if (s.variable) {
        g = o.state().variable(s.variable - 1, Unrecorded::recorder);
        if (!g)
            return !r.there;
        if (s.path.empty() && g->final != r.final)
            return false;
    }
    bool odd = false;
    const Term *first = s.path.data(), *last = first + s.path.size();
    Element* e = seek(g ? g->value : o.state().tree(Unrecorded::recorder), first, last, &odd);
    if (odd || (e != nullptr) != r.there)
        return false;
    if (!e || r.kind == Read::presence)
        return true;
    if (e->kind() != r.value.kind())
        return false;
    if (e->is_resource() && !e->mark()) {
        if (e->size() != r.value.size())
            return false;
        if (touches_self(o, g, first, last) || !give_mark(*e))
            return false;
    }
    if (!r.any_origin)
        return Sharing::alike(*e, r.value);
    Element value = *e;
    value.set_origin(r.value.origin());
    return Sharing::alike(value, r.value);
}

bool Memo::holds(Object& o, const Record& r, uint64_t context, uint32_t* failed) {
    if (r.context != context || o.eval().depth() + r.depth > o.options().max_recursion ||
        r.work > work_left)
        return false;
    for (const Read& x : r.reads)
        if (!holds(o, x)) {
            if (failed)
                *failed = x.step;
            return false;
        }
    if (o.state().any_final(Unrecorded::recorder))
        for (const Record::Write& w : r.writes)
            if (!w.spot->variable && o.state().final_around(w.spot->path))
                return false;
    return true;
}

RecordPtr Memo::match(Object& o, Unit& u, uint64_t context, uint32_t* failed) {
    for (size_t i = 0; i < u.records.size(); i++) {
        if (!holds(o, *u.records[i], context, failed))
            continue;
        RecordPtr found = u.records[i];
        if (i)
            std::rotate(u.records.begin(), u.records.begin() + long(i),
                        u.records.begin() + long(i) + 1);
        u.hits++;
        return found;
    }
    u.misses++;
    return nullptr;
}

void Record::forget_origins() {
    auto matters = [](const Read& x) {
        return x.kind == Read::whole && x.value.is_property() && x.value.origin();
    };
    if (std::none_of(reads.begin(), reads.end(), matters))
        return;
    std::vector<uint32_t> out;
    std::unordered_set<uint32_t> seen;
    auto collect = [&](const Element& top) {
        if (!top.is_resource())
            return out.push_back(top.origin());
        std::vector<const Element*> work{&top};
        while (!work.empty()) {
            const Element* e = work.back();
            work.pop_back();
            out.push_back(e->origin());
            if (e->mark() && !seen.insert(e->mark()).second)
                continue;
            if (e->is(Kind::list))
                for (const Element& c : e->list())
                    work.push_back(&c);
            if (e->is(Kind::dict))
                for (const Dict::Entry& c : e->dict())
                    work.push_back(&c.value);
        }
    };
    for (const Write& w : writes)
        collect(w.value);
    for (const Kept& l : after)
        collect(l.value);
    collect(result);
    std::sort(out.begin(), out.end());
    for (Read& x : reads)
        if (matters(x))
            x.any_origin = !std::binary_search(out.begin(), out.end(), x.value.origin());
}

void Unit::keep(std::shared_ptr<Record> r, uint32_t patience) {
    if (r) {
        r->forget_origins();
        if (records.size() >= 64)
            records.pop_back();
        records.insert(records.begin(), std::move(r));
    }
    if (misses > patience && hits < misses) {
        given_up = true;
        records.clear();
    }
}

void Memo::replay(Object& o, const Record& r) {
    for (const Read& x : r.reads) {
        if (!top_)
            break;  // nobody listens
        Read now = x;
        now.any_origin = false;
        if (x.any_origin) {  // the unit around may care
            bool odd = false;
            Global* g = x.spot->variable
                            ? o.state().variable(x.spot->variable - 1, Unrecorded::recorder)
                            : nullptr;
            if (Element* e =
                    seek(g ? g->value : o.state().tree(Unrecorded::recorder), x.spot->path.data(),
                         x.spot->path.data() + x.spot->path.size(), &odd))
                now.value = *e;
        }
        read(std::move(now));
    }
    for (const Record::Write& w : r.writes) {
        const Term *first = w.spot->path.data(), *last = first + w.spot->path.size();
        if (w.spot->variable) {
            uint32_t symbol = w.spot->variable - 1;
            o.state().set_variable(symbol, {w.value, true, w.final}, Unrecorded::recorder);
        } else if (w.there) {
            *place_at(o.state().tree(Unrecorded::recorder), first, last) = w.value;
        } else {
            // What is above the element is made all the same: it may have been there the first
            // time.
            bool odd = false;
            const Element* above =
                first == last ? nullptr
                              : seek(o.state().tree(Unrecorded::recorder), first, last - 1, &odd);
            if (!above || !above->is_defined() ||
                seek(o.state().tree(Unrecorded::recorder), first, last, &odd))
                remove_at(o.state().tree(Unrecorded::recorder), first, last);
        }
        if (top_)
            top_->written(w.spot);
    }
    for (auto& [symbol, definition] : r.types)
        o.state().add_type(symbol, definition);
    for (auto& [symbol, definition] : r.functions)
        o.state().add_function(symbol, definition);
    o.state()
        .bindings(Unrecorded::recorder)
        .insert(o.state().bindings(Unrecorded::recorder).end(), r.bindings.begin(),
                r.bindings.end());
    for (auto* f : r.finals)
        o.state().add_final(*f);
    for (const Record::Load& l : r.loads) {
        o.state().put_loaded(l.name, {l.tpl, l.executed}, Unrecorded::recorder);
    }
    o.state()
        .dependencies(Unrecorded::recorder)
        .insert(o.state().dependencies(Unrecorded::recorder).end(), r.dependencies.begin(),
                r.dependencies.end());
    if (r.load_path_changed) {
        o.state().set_load_path(r.load_path);
    }
    o.eval().set_deepest(std::max(o.eval().deepest(), o.eval().depth() + r.depth));
    work_left -= r.work;
}

// ---- values against types ----------------------------------------------------------------------

static size_t spread(const void* p, uint64_t n) {
    uint64_t h =
        (reinterpret_cast<uintptr_t>(p) >> 4) * 0x9E3779B97F4A7C15u + n * 0xD6E8FEB86659FD93u;
    return size_t(h ^ h >> 32);
}

Memo::Passed& Memo::passed_slot(const FullType& f, const Element& e) {
    uint64_t n = e.mark();
    if (e.is(Kind::string))
        n = std::hash<std::string_view>()(e.string());
    else if (e.is(Kind::boolean))
        n = e.boolean();
    else if (e.is(Kind::long_))
        n = uint64_t(e.long_value());
    else if (e.is(Kind::double_))
        n = std::bit_cast<uint64_t>(e.double_value());
    return passed_[spread(&f, n) % passed_.size()];
}

bool Memo::passed(Object& o, const FullType& f, const Element& e) {
    Passed& p = passed_slot(f, e);
    if (p.type != &f || p.types != o.state().types_sum(Unrecorded::recorder) || p.mark != e.mark())
        return false;
    if (!p.mark) {
        Element value = e;
        value.set_origin(p.value.origin());
        if (!Sharing::alike(value, p.value))
            return false;
    }
    if (!p.record) {
        if (p.work > work_left)
            return false;
        spend(p.work);
        return true;
    }
    RecordPtr r = p.record;
    if (!holds(o, *r, 0, nullptr))
        return false;
    replay(o, *r);
    return true;
}

void Memo::keep_passed(Object& o, const FullType& f, const Element& e, std::shared_ptr<Record> r) {
    r->forget_origins();
    size_t work = r->work;
    if (r->reads.empty() && !r->depth && r->dependencies.empty())
        r.reset();
    passed_slot(f, e) = {&f,
                         o.state().types_sum(Unrecorded::recorder),
                         e.mark() ? Element() : e,
                         e.mark(),
                         work,
                         std::move(r)};
}

Memo::Filled& Memo::filled_slot(const TypeSpec& t, uint32_t mark) {
    return filled_[spread(&t, mark) % filled_.size()];
}

const Element* Memo::filled(Object& o, const TypeSpec& t, const Element& e) {
    Filled& f = filled_slot(t, e.mark());
    if (f.type != &t || f.types != o.state().types_sum(Unrecorded::recorder) ||
        f.mark != e.mark() || f.work > work_left)
        return nullptr;
    spend(f.work);
    return &f.value;
}

void Memo::keep_filled(Object& o, const TypeSpec& t, const Element& from, const Element& to,
                       size_t work) {
    filled_slot(t, from.mark()) = {&t, o.state().types_sum(Unrecorded::recorder), from.mark(), work,
                                   to};
}

bool Memo::has_links(Object& o, const TypeSpec& top) {
    auto [known, added] =
        links_.try_emplace({&top, o.state().types_sum(Unrecorded::recorder)}, false);
    if (!added)
        return known->second;
    std::vector<const TypeSpec*> work{&top};
    std::unordered_set<const TypeSpec*> seen{&top};
    auto add = [&](const TypeSpec* t) {
        if (t && seen.insert(t).second)
            work.push_back(t);
    };
    auto named = [&](uint32_t symbol) {
        if (const TypeDefinition* d = o.state().type(symbol, Unrecorded::recorder))
            add(d->type->type);
    };
    while (!work.empty()) {
        const TypeSpec& t = *work.back();
        work.pop_back();
        if (t.kind == TypeSpec::link)
            return known->second = true;
        if (t.kind == TypeSpec::alias)
            named(t.symbol);
        add(t.of);
        for (auto& i : t.includes)
            named(i.symbol);
        for (const Field& f : t.required)
            add(f.type.type);
        for (const Field& f : t.optional)
            add(f.type.type);
    }
    return false;
}

uint32_t& Memo::complete(uint32_t mark) {
    auto& [owner, count] = complete_[mark % complete_.size()];
    if (owner != mark) {
        owner = mark;
        count = 0;
    }
    return count;
}

// ---- plans -------------------------------------------------------------------------------------

/// Roughly how much work an expression is.
static int cost(const Expr& e, int enough) {
    int n = 1;
    if (e.op == Op::foreach_ || e.op == Op::for_ || e.op == Op::while_ || e.op == Op::user_call ||
        e.op == Op::special)
        n = 8;
    for (const Expr* k : e.kids) {
        if (n >= enough)
            break;
        n += cost(*k, enough - n);
    }
    return n;
}

static constexpr int worth_it = 24;

static int cost(const Statement& s) {
    switch (s.kind) {
        case Statement::Kind::include: return worth_it;
        case Statement::Kind::assign:
        case Statement::Kind::variable:
            return s.block->constant ? 2 : cost(*s.block->root, worth_it);
        default: return 4;
    }
}

std::shared_ptr<Plan::Segment> Plan::at(size_t statement) const {
    auto it = std::upper_bound(segments.begin(), segments.end(), statement,
                               [](size_t n, auto& s) { return n < s->first; });
    return *(it - 1);
}

void Plan::add(const Template& t, size_t first, size_t last,
               std::vector<std::shared_ptr<Segment>>& out) {
    if (first == last)
        return;
    auto s = std::make_shared<Segment>(Segment{first, last, {}});
    int sum = 0;
    for (size_t i = first; i < last && sum < worth_it; i++)
        sum += cost(t.statements[i]);
    s->unit.given_up = sum < worth_it;
    out.push_back(std::move(s));
}

void Plan::split(const Template& t, const Segment& old, size_t statement, Why why) {
    std::vector<std::shared_ptr<Segment>> out;
    for (auto& s : segments) {
        if (s->first != old.first || s->last != old.last) {
            out.push_back(s);
            continue;
        }
        if (old.last - old.first == 1) {
            s->unit.given_up = true;
            s->unit.records.clear();
            out.push_back(s);
            continue;
        }
        if (why == before && statement == old.first)
            why = hopeless;
        add(t, old.first, statement, out);
        if (why != before) {
            add(t, statement, statement + 1, out);
            if (why == hopeless)
                out.back()->unit.given_up = true;
        }
        add(t, statement + (why != before), old.last, out);
    }
    segments = std::move(out);
}

Plan& Memo::plan(const Template& t, bool again) {
    Plan& p = plans_[again][&t];
    if (p.segments.empty())
        p.add(t, 0, t.statements.size(), p.segments);
    return p;
}

}  // namespace weft::compiler
