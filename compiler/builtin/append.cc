// append and prepend: one more child at the end or the front of a list, in place.
#include <fmt/core.h>

#include "compiler/evaluate/eval.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

template <bool front>
static Element call_append(Eval& eval, const CallNode& call) {
    constexpr std::string_view name = front ? "prepend" : "append";
    bool to_self = call.size() == 1;
    const Expr* target = to_self ? nullptr : &call.arg(0);
    bool variable = target && call.is_variable(0);
    if (variable && !eval.find(*target))
        eval.needs_world(*target);
    Element made;  // the target when it is no variable
    if (target && !variable)
        made = eval.eval(*target);
    Element x = eval.eval(call.arg(call.size() - 1));
    if (x.is(Kind::null))
        throw EvalFailure(fmt::format("{}(): null cannot be a child", name));
    Element* list = &made;
    if (to_self)
        list = &eval.own_self(call.expr);
    else if (variable)
        list = &eval.place(*target);
    if ((to_self || variable) && list->is(Kind::undef)) {
        *list = Element::new_list();
        eval.made(*list);
    }
    if (!list->is(Kind::list))
        throw EvalFailure(
            fmt::format("{}() needs a list to add to, not {}", name, with_article(list->kind())));
    make_own(*list);
    eval.check_cycle(call.expr, *list, x);
    if (to_self || (variable && target->op == Op::self))
        eval.mark_origin(x);
    eval.placed(x);
    List& l = list->list_ref();
    if (front)
        l.insert(0, std::move(x));
    else
        l.push_back(std::move(x));
    return *list;
}

template <bool front>
static std::string check_append(const CallNode& call) {
    const Element* e = call.literal(call.size() - 1);
    if (e && e->is(Kind::null))
        return std::string(front ? "prepend" : "append") + "(): null cannot be a child";
    e = call.size() > 1 ? call.literal(0) : nullptr;
    if (e && !e->is(Kind::list))
        return std::string(front ? "prepend" : "append") + "() needs a list to add to";
    return "";
}

extern const Builtin append{.name = "append",
                            .arity = {1, 2},
                            .special = call_append<false>,
                            .check = check_append<false>,
                            .pure = false,
                            .keeps = true,
                            .doc =
                                "append(list, x): the list with x as its last child, changed in "
                                "place; append(x): the same with SELF"};
extern const Builtin prepend{.name = "prepend",
                             .arity = {1, 2},
                             .special = call_append<true>,
                             .check = check_append<true>,
                             .pure = false,
                             .keeps = true,
                             .doc =
                                 "prepend(list, x): the list with x as its first child, changed in "
                                 "place; prepend(x): the same with SELF"};

}  // namespace weft::compiler::builtin
