// length: how many characters a string or how many children a resource has.
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

static Element call_length(Eval&, const Arguments& arg) {
    const Element& x = arg[0];
    if (x.is(Kind::string))
        return Element::of_long(int64_t(utf16_length(x.string())));
    if (!x.is_resource() && !x.is(Kind::undef))
        arg.wrong(0, "a string, a list or a dict");
    return Element::of_long(int64_t(x.size()));
}

extern const Builtin length{.name = "length",
                            .arity = {1, 1},
                            .call = call_length,
                            .doc =
                                "length(x): the characters of a string (in UTF-16 units), the "
                                "children of a list or dict, 0 for undef"};

}  // namespace weft::compiler::builtin
