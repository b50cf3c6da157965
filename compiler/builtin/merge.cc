// merge: several lists one after the other, or several dicts without a common key.
#include <fmt/core.h>

#include "compiler/builtin.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"

namespace weft::compiler::builtin {

/// A null keeps its place (as undef) only when something follows it: templates rely on it.
static Element lists(const Arguments& arg) {
    Element result = Element::new_list();
    List& items = result.list_ref();
    size_t at = 0;
    for (size_t i = 0; i < arg.size(); i++) {
        spend(2 * arg.list(i).size());
        own_children(arg[i]);
    }
    for (size_t i = 0; i < arg.size(); i++)
        for (const Element& child : arg.list(i)) {
            at++;
            if (child.is(Kind::null))
                continue;
            items.resize(at);
            items[at - 1] = child;
        }
    return result;
}

static Element dicts(const Arguments& arg) {
    for (size_t i = 0; i < arg.size(); i++) {
        spend(2 * arg.dict(i).size());
        own_children(arg[i]);
    }
    Element result = arg[0].shallow();
    Dict& children = result.dict_ref();
    for (size_t i = 1; i < arg.size(); i++)
        for (const Dict::Entry& e : arg.dict(i)) {
            if (children.find(e.key))
                throw EvalFailure(
                    fmt::format("{}(): the key '{}' appears twice, last in argument {}",
                                arg.function(), e.key.view(), i + 1));
            children.at(e.key) = e.value;
        }
    return result;
}

static Element call_merge(Eval&, const Arguments& arg) {
    if (!arg[0].is_resource())
        arg.wrong(0, "a list or a dict");
    return arg[0].is(Kind::list) ? lists(arg) : dicts(arg);
}

extern const Builtin merge{.name = "merge",
                           .arity = {1, -1},
                           .call = call_merge,
                           .keeps = true,
                           .doc =
                               "merge(r1, r2...): the items of all lists in order, or the pairs of "
                               "all dicts; a key twice is an error"};

}  // namespace weft::compiler::builtin
