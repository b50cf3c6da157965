// list: its arguments as a list. A null stays inside, as templates may rely on; it fails when
// validated.
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_list(Eval&, const Arguments& arg) {
    Element result = Element::new_list();
    List& items = result.list_ref();
    items.reserve(arg.size());
    for (size_t i = 0; i < arg.size(); i++)
        items.push_back(arg[i]);
    return result;
}

extern const Builtin list{.name = "list",
                          .arity = {0, -1},
                          .call = call_list,
                          .keeps = true,
                          .doc = "list(x...): a list of the arguments"};

}  // namespace weft::compiler::builtin
