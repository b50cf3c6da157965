// base64_decode: the text that was encoded in base64.
#include "base/base64.hh"
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

static Element call_base64_decode(Eval&, const Arguments& arg) {
    auto bytes = weft::base64_decode(arg.string(0));
    if (!bytes)
        throw EvalFailure("base64_decode(): the text is not base64",
                          "it is letters, digits, + and /, with = only at the end; blanks and line "
                          "ends do not count");
    std::string repaired;
    return Element::of_string(well_formed(*bytes, repaired));
}

extern const Builtin base64_decode{.name = "base64_decode",
                                   .arity = {1, 1},
                                   .call = call_base64_decode,
                                   .doc =
                                       "base64_decode(string): the text that was encoded, read as "
                                       "UTF-8; blanks and line ends are ignored"};

}  // namespace weft::compiler::builtin
