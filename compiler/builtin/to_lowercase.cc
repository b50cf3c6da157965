// to_lowercase: a string in small letters.
#include "base/wrap/unicode.hh"
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_to_lowercase(Eval&, const Arguments& arg) {
    return Element::of_string(to_lower(arg.string(0)));
}

extern const Builtin to_lowercase{
    .name = "to_lowercase",
    .arity = {1, 1},
    .call = call_to_lowercase,
    .doc = "to_lowercase(string): the string in lower case, by Unicode's full mapping"};

}  // namespace weft::compiler::builtin
