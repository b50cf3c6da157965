// json_encode: a value as JSON, laid out as profiles are.
#include "compiler/values/json.hh"

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_json_encode(Eval&, const Arguments& arg) {
    return Element::of_string(compiler::json_encode(arg[0]));
}

extern const Builtin json_encode{.name = "json_encode",
                                 .arity = {1, 1},
                                 .call = call_json_encode,
                                 .doc =
                                     "json_encode(x): the value as a JSON text, indented by two; "
                                     "null is left out of dicts, undef is an error"};

}  // namespace weft::compiler::builtin
