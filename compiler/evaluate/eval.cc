// Expressions and control flow.
#include "compiler/evaluate/eval.hh"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <pthread.h>

#include <array>

#include "compiler/build/watch.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/evaluate/operators.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/memo.hh"
#include "compiler/text/parse.hh"

namespace weft::compiler {

/// The lowest address this thread's stack may grow to, with room left for what does not look.
static const char* stack_end() {
    thread_local const char* end = [] {
        pthread_attr_t attr;
        void* low = nullptr;
        size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attr) == 0) {
            pthread_attr_getstack(&attr, &low, &size);
            pthread_attr_destroy(&attr);
        }
        return low ? static_cast<const char*>(low) + std::min<size_t>(size / 4, 512 * 1024)
                   : nullptr;
    }();
    return end;
}

Eval::Eval(const Options& options, Object* object) : options_(options), object_(object) {}

// ---- messages ----------------------------------------------------------------------------------

void Eval::needs_world(const Expr& at) {
    (void)at;
    if (!object_)
        throw NotConstant();
}

std::vector<Error::Frame> Eval::trace() const {
    std::vector<Error::Frame> out;
    for (const Frame* f = frames_; f; f = f->outer) {
        static constexpr const char* words[] = {"included from", "created from", "called from"};
        // Where a function was called is often where the mistake is: show it.
        if (f == frames_ && f->kind == Frame::call)
            out.push_back(shown_frame(f->from, f->span, words[f->kind]));
        else
            out.push_back({where_of(f->from, f->span), words[f->kind]});
    }
    return out;
}

void Eval::fail(const Expr& at, std::string message, std::string hint) {
    if (!object_)
        throw NotConstant();
    TemplateError e(ErrorClass::evaluation, std::move(message), where_of(current_, at.span),
                    std::move(hint));
    if (current_ && current_->text)
        e.line = source_line(*current_->text, int(at.span.line));
    e.trace = trace();
    e.object = object_->name();
    throw e;
}

void Eval::fail(const Expr& call, const EvalFailure& f) {
    const Expr* at = &call;
    if (f.argument >= 0 && size_t(f.argument) < call.kids.size())
        at = call.kids[size_t(f.argument)];
    if (at == &call || f.offset < 0 || at->op != Op::literal)
        fail(*at, f.message, f.hint);
    Expr inside{};
    inside.span = literal_part(
        *at, current_ && current_->text ? source_line(*current_->text, int(at->span.line)) : "",
        f.offset);
    fail(inside, f.message, f.hint);
}

std::string Eval::tagged(std::string_view text) const {
    return fmt::format("[{}] {}", object_ ? object_->name() : "", text);
}

/// The templates that include each other up to this one again, when nothing but includes leads
/// around.
std::vector<std::string> Eval::circle(const Template* into) const {
    std::vector<std::string> names;
    for (const Frame* f = frames_; f && into && f->kind == Frame::include && f->into;
         f = f->outer) {
        names.insert(names.begin(), f->into->name);
        if (f->into == into)
            return names;
    }
    return {};
}

// ---- frames and blocks -------------------------------------------------------------------------

Eval::Enter::Enter(Eval& e, const Expr* at, Frame::Kind kind, const Template* from, Span span,
                   const Template* into)
    : eval(e), frame{kind, from, span, into, e.frames_} {
    if (e.depth_ >= e.options_.max_recursion ||
        static_cast<const char*>(__builtin_frame_address(0)) < stack_end()) {
        if (!e.object_)
            throw NotConstant();
        std::vector<std::string> circle = e.circle(into);
        std::string message = fmt::format(
            "includes, create() and function calls are nested more than {} deep", e.depth_);
        std::string hint =
            "does a template include itself, or a function call itself without end? "
            "(--max-recursion)";
        if (!circle.empty()) {
            message = circle.size() == 1
                          ? fmt::format("template '{}' includes itself, without end", circle[0])
                          : fmt::format("templates include each other without end: {} -> {}",
                                        fmt::join(circle, " -> "), circle[0]);
            hint = circle.size() == 1 ? "which other template was meant?"
                                      : "put what they share into one that both include, or make "
                                        "it a 'unique template': it is included once only";
        }
        TemplateError error(ErrorClass::evaluation, message, where_of(from, span), hint);
        if (from && from->text)
            error.line = source_line(*from->text, int(span.line));
        error.trace = e.trace();
        size_t once = circle.empty() ? 6 : circle.size();  // the loop shows in the first few
        if (error.trace.size() > once + 2) {
            error.trace.erase(error.trace.begin() + long(once), error.trace.end() - 1);
            error.trace.insert(error.trace.begin() + long(once), {{}, "..."});
        }
        error.object = e.object_->name();
        throw error;
    }
    e.deepest_ = std::max(e.deepest_, ++e.depth_);
    e.frames_ = &frame;
    for (Watch* w : e.options_.watches)
        w->enter(kind, at, into);
}
Eval::Enter::~Enter() {
    for (Watch* w : eval.options_.watches)
        w->leave();
    eval.depth_--;
    eval.frames_ = frame.outer;
}

template <class T>
struct Restore {
    explicit Restore(T& v) : variable(v), saved(v) {}
    ~Restore() { variable = std::move(saved); }
    T& variable;
    T saved;
};

Element Eval::run_with(const Block& b, Local* slots) {
    Locals frame{&b, slots, nullptr, locals_};
    Restore locals(locals_);
    Restore current(current_);
    Restore returning(returning_);
    locals_ = &frame;
    current_ = b.owner;
    returning_ = false;
    return eval(*b.root);
}

Element Eval::run(const Block& b) {
    if (b.constant)
        return b.value;
    std::array<Local, 6> few;
    if (b.locals.size() <= few.size())
        return run_with(b, few.data());
    std::vector<Local> many(b.locals.size());
    return run_with(b, many.data());
}

std::vector<Eval::Iterator>& Eval::iterators() {
    if (!locals_->iterators)
        locals_->iterators = std::make_unique<std::vector<Iterator>>();
    return *locals_->iterators;
}

// ---- expressions -------------------------------------------------------------------------------

Element Eval::eval(const Expr& e) {
    if (e.op == Op::literal)
        return e.value;
    if (static_cast<const char*>(__builtin_frame_address(0)) < stack_end())
        fail(e, "the evaluation is nested too deeply");
    switch (e.op) {
        case Op::literal: return e.value;
        case Op::variable: return read_variable(e, true);
        case Op::self: return read_variable(e, e.escapes);
        case Op::automatic: return read_automatic(e);
        case Op::assign: {
            Element value = eval(*e.kids[1]);
            if (returning_)
                return value;
            return assign(*e.kids[0], std::move(value));
        }
        case Op::block: return block(e);
        case Op::if_: return if_else(e);
        case Op::while_:
        case Op::for_: return loop(e);
        case Op::foreach_: return for_each(e);
        case Op::or_:
        case Op::and_: return logic(e);
        case Op::plus:
        case Op::minus:
        case Op::not_:
        case Op::bit_not: {
            Element a = eval(*e.kids[0]);
            if (returning_)
                return a;
            try {
                return unary(e.op, a);
            } catch (const EvalFailure& f) {
                fail(e, f);
            }
        }
        case Op::call: return builtin_call(e);
        case Op::special: try { return e.builtin->special(*this, CallNode{e});
            } catch (const EvalFailure& f) {
                fail(e, f);
            }
        case Op::user_call: return call_function(e);
        default: break;
    }
    Element a = eval(*e.kids[0]);
    if (returning_)
        return a;
    Element b = eval(*e.kids[1]);
    if (returning_)
        return b;
    try {
        return binary(e.op, a, b);
    } catch (const EvalFailure& f) {
        fail(e, f);
    }
}

Element Eval::block(const Expr& e) {
    size_t last = e.kids.size() - 1;
    for (size_t i = 0; i < last; i++) {
        if (e.kids[i]->op == Op::assign) {
            Element value = eval(*e.kids[i]->kids[1]);
            if (returning_)
                return value;
            assign(*e.kids[i]->kids[0], std::move(value), false);
        } else {
            Op op = e.kids[i]->op;
            bool loops = op == Op::foreach_ || op == Op::for_ || op == Op::while_;
            Element value;
            if (!loops || !loop_unit(*e.kids[i], value))
                value = eval(*e.kids[i]);
            if (returning_)
                return value;
        }
    }
    return eval(*e.kids[last]);
}

void Eval::wrong_condition(const Expr& e, const Element& value) {
    std::string hint;
    std::string it = e.op == Op::variable && e.kids.empty()
                         ? std::string(symbol_text(Name::variable, e.symbol).view())
                         : "...";
    if (e.op == Op::assign)
        hint = "'=' assigns; a comparison is written '=='";
    else if (value.is_number())
        hint = fmt::format("write a comparison: {} != 0", it);
    else if (value.is(Kind::string))
        hint = fmt::format("write a comparison: {} != ''", it);
    else if (value.is_resource())
        hint = fmt::format("write a comparison: length({}) > 0", it);
    fail(e, fmt::format("the condition must be a boolean, not {}", with_article(value.kind())),
         hint);
}

Element Eval::if_else(const Expr& e) {
    Element c = eval(*e.kids[0]);
    if (returning_)
        return c;
    if (!c.is(Kind::boolean))
        wrong_condition(*e.kids[0], c);
    if (c.boolean())
        return eval(*e.kids[1]);
    return e.kids.size() > 2 ? eval(*e.kids[2]) : Element();
}

Element Eval::logic(const Expr& e) {
    for (int i = 0; i < 2; i++) {
        Element v = eval(*e.kids[i]);
        if (returning_)
            return v;
        if (!v.is(Kind::boolean))
            fail(*e.kids[i], fmt::format("operator {} takes booleans, not {}", op_text(e.op),
                                         with_article(v.kind())));
        if (v.boolean() == (e.op == Op::or_))
            return v;
    }
    return Element::of_boolean(e.op == Op::and_);
}

void Eval::work(const Expr& e, size_t units) {
    try {
        spend(units);
    } catch (const EvalFailure& f) {
        fail(e, f);
    }
}

void Eval::count_iteration(const Expr& e, int& n) {
    work(e, 10);
    int limit = object_ ? options_.max_iteration : std::min(options_.max_iteration, 1000);
    if (++n > limit)
        fail(e, fmt::format("the loop ran more than {} times", limit),
             "an endless loop? If not, raise the limit with --max-iteration");
}

Element Eval::loop(const Expr& e) {
    bool with_step = e.op == Op::for_;
    Element value;
    if (with_step)
        value = eval(*e.kids[0]);
    if (returning_)
        return value;
    const Expr& test = *e.kids[with_step ? 1 : 0];
    const Expr& body = *e.kids[with_step ? 3 : 1];
    for (int n = 0;;) {
        Element c = eval(test);
        if (returning_)
            return c;
        if (!c.is(Kind::boolean))
            wrong_condition(test, c);
        if (!c.boolean())
            return value;
        count_iteration(e, n);
        value = eval(body);
        if (returning_)
            return value;
        if (!with_step)
            continue;
        Element step = eval(*e.kids[2]);
        if (returning_)
            return step;
    }
}

/// A loop whose value nobody wants, as a unit of its own: what it read and how it left the local
/// variables and SELF is kept. Only where nobody records around it. False: not possible, run it.
///   value   what return() gave, if that ended it
bool Eval::loop_unit(const Expr& e, Element& value) {
    if (!object_ || !object_->memo() || object_->validating() || object_->state().recording() ||
        locals_->iterators || self_.read_only)
        return false;
    Memo& memo = *object_->memo();
    Unit& unit = memo.loop(e);
    if (unit.given_up)
        return false;
    std::vector<Element*> places;
    std::vector<Kept> before, after;
    for (int32_t slot : memo.slots(e)) {
        places.push_back(&locals_->slots[slot].value);
        before.push_back({.set = locals_->slots[slot].set});
    }
    if (self_.place) {
        places.push_back(self_.place);
        before.push_back({.set = true});
    }
    // What is frozen here to be compared is given back as it was: what others could refer to is not
    // touched.
    auto look = [&](std::vector<Kept>& out) {
        bool whole = true;
        for (size_t i = 0; i < places.size() && whole; i++) {
            Element& v = *places[i];
            if (v.is_resource() && !v.mark()) {
                out[i].own = !v.frozen();
                whole = v.frozen() || v.sole();
                if (whole)
                    memo.sharing.share(v);
                whole = whole && v.mark();
            }
            out[i].value = v;
        }
        return whole;
    };
    auto give_back = [&](const std::vector<Kept>& kept) {
        for (size_t i = 0; i < places.size(); i++)
            if (kept[i].own)
                make_own(*places[i]);
    };
    if (!look(before)) {
        give_back(before);
        return false;
    }
    auto same = [](const Kept& a, const Kept& b) {
        return a.set == b.set && a.own == b.own && Sharing::alike(a.value, b.value);
    };
    uint64_t context = uint64_t(origin_) << 1 | (self_.place != nullptr);
    for (size_t i = 0; i < unit.records.size(); i++) {
        RecordPtr r = unit.records[i];
        if (!std::equal(before.begin(), before.end(), r->before.begin(), r->before.end(), same))
            continue;
        if (!memo.holds(*object_, *r, context, nullptr))
            continue;
        unit.hits++;
        memo.replay(*object_, *r);
        for (size_t k = 0; k < places.size(); k++)
            *places[k] = r->after[k].value;
        size_t k = 0;
        for (int32_t slot : memo.slots(e))
            locals_->slots[slot].set = r->after[k++].set;
        give_back(r->after);
        return true;
    }
    unit.misses++;
    give_back(before);
    std::shared_ptr<Record> record;
    {
        Recording recording(*object_);
        value = eval(e);
        if (!returning_ && !locals_->iterators && !recording.dead()) {
            for (int32_t slot : memo.slots(e))
                after.push_back({.set = locals_->slots[slot].set});
            if (self_.place)
                after.push_back({.set = true});
            if (look(after))
                record = recording.finish();
            give_back(after);
        }
    }
    if (record) {
        record->before = std::move(before);
        record->after = std::move(after);
        record->context = context;
    }
    unit.keep(record);
    return true;
}

Element Eval::for_each(const Expr& e) {
    const Expr &key = *e.kids[0], &val = *e.kids[1], &source = *e.kids[2];
    Element r = source.op == Op::variable || source.op == Op::self ? read_variable(source, true)
                                                                   : eval(source);
    if (returning_)
        return r;
    if (!r.is_resource())
        fail(source, fmt::format("foreach needs a list or a dict, not {}", with_article(r.kind())));
    assign(key, Element(), false);
    assign(val, Element(), false);
    bool whole_key = key.op == Op::variable && key.kids.empty(),
         whole_value = val.op == Op::variable && val.kids.empty();
    Element out;
    uint32_t changes = r.is(Kind::dict) ? r.dict().changes() : 0;
    // A dict is gone through once from end to end; a list by position, as long as there is
    // something.
    size_t entries = r.size();
    for (size_t i = 0; i < (r.is(Kind::dict) ? entries : r.size()); i++) {
        if (r.is(Kind::dict) && r.dict().changes() != changes)
            fail(e, "the dict changed structurally while foreach was going through it",
                 "collect the changes in another variable first");
        work(e, 10);
        Element k = r.is(Kind::list) ? Element::of_long(int64_t(i))
                                     : Element::of_string(r.dict()[i].key.view());
        if (e.escapes && !r.frozen()) {
            // The body may change the child: it must be the resource's own.
            Element& child = r.is(Kind::list) ? r.list_ref()[i] : r.dict_ref()[i].value;
            make_child_own(child);
        }
        Element v = r.child(i);
        // The element itself, frozen or not: a changed copy is made only when the body changes it.
        if (whole_key && !is_global(key.symbol)) {
            Local& slot = locals_->slots[key.slot];
            try {
                check_replacement(slot.value, k);
            } catch (const EvalFailure& f) {
                fail(key, f.message, f.hint);
            }
            slot.value = std::move(k);
            slot.set = true;
        } else {
            assign(key, std::move(k), false);
        }
        if (whole_value && !is_global(val.symbol)) {
            locals_->slots[val.slot].value = std::move(v);
            locals_->slots[val.slot].set = true;
        } else {
            assign(val, Element(), false);
            assign(val, std::move(v), false);
        }
        out = eval(*e.kids[3]);
        if (returning_)
            return out;
    }
    return out;
}

// ---- calls -------------------------------------------------------------------------------------

std::vector<Element> Eval::arguments(const CallNode& call, size_t from) {
    std::vector<Element> out;
    for (size_t i = from; i < call.size(); i++)
        out.push_back(eval(call.arg(i)));
    return out;
}

Element Eval::builtin_call(const Expr& e) {
    size_t n = e.kids.size();
    std::array<Element, 4> few;
    std::vector<Element> many;
    std::span<Element> values(few.data(), n);
    if (n > few.size()) {
        many.resize(n);
        values = many;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = eval(*e.kids[i]);
    if (object_ && object_->derive())
        derive_arguments(*e.builtin, values);
    try {
        Element result = e.builtin->call(*this, Arguments(e.builtin->name, values));
        if (object_ && object_->derive())
            derive_result(*e.builtin, result);
        return result;
    } catch (const EvalFailure& f) {
        fail(e, f);
    }
}

Element Eval::call_function(const Expr& e) {
    needs_world(e);
    work(e, 20);
    const FunctionDefinition* f = object_->state().function(e.symbol);
    if (!f) {
        std::string name(symbol_text(Name::function, e.symbol).view());
        if (options_.dialect == Dialect::d2002 && (name == "push" || name == "npush"))
            return old_function(e, name);
        std::vector<std::string_view> known;
        for (const Builtin* b : builtins())
            known.push_back(b->name);
        for (uint32_t i = 0; i < symbol_count(Name::function); i++)
            if (object_->state().function(i, Unrecorded::message))
                known.push_back(symbol_text(Name::function, i).view());
        std::string_view near = nearest(name, known);
        fail(e, fmt::format("undefined function '{}'", name),
             near.empty() ? "its definition must have been executed before: include the template "
                            "that holds it first"
                          : fmt::format("did you mean '{}'?", near));
    }
    const Block& b = *f->block;
    Element argv;
    int64_t argc = 0;
    if (b.argv >= 0 || b.argc >= 0 || !e.kids.empty()) {
        argv = Element::new_list();
        List& l = argv.list_ref();
        l.reserve(e.kids.size());
        for (size_t i = 0; i < e.kids.size(); i++) {
            Element v = eval(*e.kids[i]);
            if (v.is(Kind::null)) {  // stored like any null: nothing there, or something removed
                if (i < l.size())
                    l.erase(i);
                continue;
            }
            if (i >= l.size())
                l.resize(i + 1);
            l[i] = std::move(v);
        }
        argc = int64_t(l.size());
    }
    Enter enter(*this, &e, Frame::call, current_, e.span, f->in);
    State::Scope names(object_->state());
    Key name = symbol_text(Name::function, e.symbol);
    names.function(&name);
    std::array<Local, 8> few;
    std::vector<Local> many;
    Local* slots = few.data();
    if (b.locals.size() > few.size()) {
        many.resize(b.locals.size());
        slots = many.data();
    }
    if (b.argv >= 0)
        slots[b.argv] = {std::move(argv), true};
    if (b.argc >= 0)
        slots[b.argc] = {Element::of_long(argc), true};
    Element result = run_with(b, slots);
    if (object_->derive())
        object_->derive()->made(result, f->in);
    return result;
}

// ---- the dialect of 2002 -----------------------------------------------------------------------

void Eval::placed(Element& e) {
    if (object_ && object_->derive())
        object_->derive()->placed(e, current_);
}
void Eval::made(Element& e) {
    if (object_ && object_->derive())
        object_->derive()->made(e, current_);
}

void Eval::derive_arguments(const Builtin& b, std::span<Element> values) {
    bool list = b.name == "list", dict = b.name == "dict" || b.name == "nlist";
    for (size_t i = dict ? 1 : 0; (list || dict) && i < values.size(); i += dict ? 2 : 1)
        placed(values[i]);
}

void Eval::derive_result(const Builtin& b, Element& result) {
    if (b.name == "merge") {
        make_own(result);
        if (result.is(Kind::list))
            for (size_t i = 0; i < result.size(); i++)
                placed(result.list_ref()[i]);
        else
            for (size_t i = 0; i < result.size(); i++)
                placed(result.dict_ref()[i].value);
    }
    if (b.name == "merge" || b.name == "list" || b.name == "dict" || b.name == "nlist")
        made(result);
}

/// push and npush were functions of the library of their day; who has none gets these.
Element Eval::old_function(const Expr& e, std::string_view name) {
    std::vector<Element> values;
    for (const Expr* k : e.kids)
        values.push_back(eval(*k));
    Element made_here;
    bool to_self = true;
    size_t from = 0;
    if (name == "push" && values.size() == 2 && values[0].is(Kind::list)) {
        to_self = false;
        made_here = values[0];
        from = 1;
    }
    Element& target = to_self ? own_self(e) : made_here;
    if (!target.is_defined()) {
        target = name == "push" ? Element::new_list() : Element::new_dict();
        made(target);
    }
    if (!target.is(name == "push" ? Kind::list : Kind::dict))
        fail(e, fmt::format("{}() adds to a {}", name, name == "push" ? "list" : "dict"));
    make_own(target);
    try {
        for (size_t i = from; i < values.size(); i++) {
            if (name == "push") {
                check_cycle(e, target, values[i]);
                placed(values[i]);
                target.list_ref().push_back(values[i]);
                continue;
            }
            if (i + 1 >= values.size())
                fail(e, "npush() takes pairs of key and value");
            Element* place = child_place(target, subscript(values[i]));
            check_replacement(*place, values[i + 1]);
            placed(values[i + 1]);
            *place = values[++i];
        }
    } catch (const EvalFailure& f) {
        fail(e, f.message, f.hint);
    }
    return target;
}

}  // namespace weft::compiler
