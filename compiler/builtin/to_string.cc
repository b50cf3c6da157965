// to_string: any value as text.
#include "compiler/values/format.hh"

namespace weft::compiler::builtin {

static Element call_to_string(Eval&, const Arguments& arg) {
    return arg[0].is(Kind::string) ? arg[0]
                                   : Element::of_string(element_text(arg.function(), arg[0]));
}

extern const Builtin to_string{
    .name = "to_string",
    .arity = {1, 1},
    .call = call_to_string,
    .doc = "to_string(x): a property's text, '[ 1, x ]' for a list, '{ key, value }' for a dict"};

}  // namespace weft::compiler::builtin
