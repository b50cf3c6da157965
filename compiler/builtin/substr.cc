// substr: a part of a string.
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/part.hh"

namespace weft::compiler::builtin {

static Element call_substr(Eval&, const Arguments& arg) {
    std::string_view text = arg.string(0);
    Part p = part_of(arg, utf16_length(text));
    return Element::of_string(utf16_slice(text, p.from, p.to));
}

extern const Builtin substr{.name = "substr",
                            .arity = {2, 3},
                            .call = call_substr,
                            .doc =
                                "substr(string, start, length?): that part; negative: counted from "
                                "the end; a part outside is an error"};

}  // namespace weft::compiler::builtin
