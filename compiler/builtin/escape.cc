// escape: any text as a key.
#include "base/noun/path.hh"
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static Element call_escape(Eval&, const Arguments& arg) {
    auto key = weft::escape(arg.string(0));
    if (!key)
        throw EvalFailure("escape(): the text has characters above U+00FF, which have no escape");
    return Element::of_string(*key);
}

extern const Builtin escape{.name = "escape",
                            .arity = {1, 1},
                            .call = call_escape,
                            .doc =
                                "escape(string): the text as a valid key: all but letters and "
                                "digits, and a digit in first place, becomes _xx"};

}  // namespace weft::compiler::builtin
