// dict, and its old name nlist: keys and values in turn.
#include <fmt/core.h>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_dict(Eval&, const Arguments& arg) {
    if (arg.size() % 2)
        throw EvalFailure(fmt::format("{}(): {} arguments are not pairs of key and value",
                                      arg.function(), arg.size()));
    Element result = Element::new_dict();
    Dict& children = result.dict_ref();
    children.reserve(arg.size() / 2);
    for (size_t i = 0; i < arg.size(); i += 2) {
        std::string_view text = arg.string(i);
        auto term = parse_term(text);
        if (!term || !term->is_key())
            throw Arguments::about(
                i, EvalFailure(fmt::format("{}(): '{}' {}", arg.function(), text,
                                           term ? "is an index, not a key" : "is not a valid key"),
                               "write '{" + std::string(text) + "}' to have it escaped"));
        if (arg[i + 1].is(Kind::null))
            continue;
        if (children.find(term->key))
            throw Arguments::about(i, EvalFailure(fmt::format("{}(): the key '{}' appears twice",
                                                              arg.function(), text)));
        children.at(term->key) = arg[i + 1];
    }
    return result;
}

extern const Builtin dict{
    .name = "dict",
    .arity = {0, -1},
    .call = call_dict,
    .keeps = true,
    .doc = "dict(key, value...): a dict of these pairs; pairs with a null value are left out"};

extern const Builtin nlist{.name = "nlist",
                           .arity = {0, -1},
                           .call = call_dict,
                           .keeps = true,
                           .doc = "nlist(key, value...): the old name of dict"};

}  // namespace weft::compiler::builtin
