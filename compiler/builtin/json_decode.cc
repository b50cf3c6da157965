// json_decode: the value that a JSON text describes.
#include "compiler/values/json.hh"

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_json_decode(Eval&, const Arguments& arg) {
    return compiler::json_decode(arg.string(0));
}

extern const Builtin json_decode{.name = "json_decode",
                                 .arity = {1, 1},
                                 .call = call_json_decode,
                                 .doc =
                                     "json_decode(string): the value of a JSON text; names must be "
                                     "valid keys, numbers without a point are longs"};

}  // namespace weft::compiler::builtin
