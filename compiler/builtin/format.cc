// format: a text with values filled in.
#include "compiler/values/format.hh"

namespace weft::compiler::builtin {

static Element call_format(Eval&, const Arguments& arg) {
    return Element::of_string(format_text(arg));
}

extern const Builtin format{.name = "format",
                            .arity = {1, -1},
                            .call = call_format,
                            .doc =
                                "format(format, x...): the text with each %s, %d, %5.2f, %x ... "
                                "replaced by the next argument, as Java does it"};

}  // namespace weft::compiler::builtin
