// first and next: going through a resource by hand.
#include <fmt/core.h>

#include "compiler/evaluate/eval.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

template <bool start>
static Element call_first(Eval& eval, const CallNode& call) {
    constexpr std::string_view name = start ? "first" : "next";
    Element r = eval.eval(call.arg(0));
    if (!r.is_resource())
        throw EvalFailure(
            fmt::format("{}() needs a list or a dict, not {}", name, with_article(r.kind())));
    auto set = [&](size_t i, Element e) {
        if (call.is_variable(i))
            eval.assign(call.arg(i), std::move(e), false);
    };
    auto& all = eval.iterators();
    // Two global variables, or the same one twice, may be one node or two: their names tell them
    // apart.
    uint32_t variable = call.arg(0).op == Op::variable ? call.arg(0).symbol + 1 : 0;
    auto find = [&](bool named) {
        return std::find_if(all.begin(), all.end(), [&](auto& i) {
            return (i.resource.same_node(r) || (r.mark() && i.resource.mark() == r.mark())) &&
                   (!named || i.variable == variable);
        });
    };
    auto it = find(true);
    if (it == all.end() && !(start && r.frozen()))
        it = find(false);
    if (start) {
        if (it == all.end())
            it = all.insert(all.end(), {r, 0, 0, variable});
        it->next = 0;
        it->changes = r.is(Kind::dict) ? r.dict().changes() : 0;
    } else if (it == all.end()) {
        throw EvalFailure("next() without first() on the same resource",
                          "an assignment that replaces the resource ends the iteration");
    }
    size_t at = it->next;
    if (r.is(Kind::dict) && at < r.size() && r.dict().changes() != it->changes)
        throw EvalFailure("the dict changed structurally since first()");
    if (start) {
        set(1, Element());
        set(2, Element());
    }
    if (at >= r.size())
        return Element::of_boolean(false);
    it->next++;
    Element key = r.is(Kind::list) ? Element::of_long(int64_t(at))
                                   : Element::of_string(r.dict()[at].key.view());
    // A change to the variable's children is one to the resource's, unless that is a protected one.
    if (!r.frozen())
        make_child_own(r.is(Kind::list) ? r.list_ref()[at] : r.dict_ref()[at].value);
    Element child = r.child(at);
    set(1, std::move(key));
    set(2, Element());
    set(2, std::move(child));
    return Element::of_boolean(true);
}

template <bool start>
static std::string check_first(const CallNode& call) {
    for (size_t i = 1; i < 3; i++) {
        const Element* e = call.literal(i);
        if (!call.is_variable(i) && !(e && e->is(Kind::undef)))
            return fmt::format("{}() needs variables (or undef) for key and value",
                               start ? "first" : "next");
    }
    return "";
}

extern const Builtin first{.name = "first",
                           .arity = {3, 3},
                           .special = call_first<true>,
                           .check = check_first<true>,
                           .pure = false,
                           .keeps = true,
                           .doc =
                               "first(resource, key, value): set the variables to the first child; "
                               "false if there is none"};
extern const Builtin next{
    .name = "next",
    .arity = {3, 3},
    .special = call_first<false>,
    .check = check_first<false>,
    .pure = false,
    .keeps = true,
    .doc = "next(resource, key, value): set the variables to the next child; false at the end"};

}  // namespace weft::compiler::builtin
