// to_uppercase: a string in capital letters.
#include "base/wrap/unicode.hh"
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_to_uppercase(Eval&, const Arguments& arg) {
    return Element::of_string(to_upper(arg.string(0)));
}

extern const Builtin to_uppercase{
    .name = "to_uppercase",
    .arity = {1, 1},
    .call = call_to_uppercase,
    .doc = "to_uppercase(string): the string in upper case, by Unicode's full mapping"};

}  // namespace weft::compiler::builtin
