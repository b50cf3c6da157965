// to_boolean: any property as true or false.
#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static bool is_false(std::string_view s) {
    if (s.size() != 5)
        return false;
    for (size_t i = 0; i < 5; i++)
        if ((s[i] | 32) != "false"[i])
            return false;
    return true;
}

static Element call_to_boolean(Eval&, const Arguments& arg) {
    const Element& x = arg[0];
    switch (x.kind()) {
        case Kind::boolean: return x;
        case Kind::long_: return Element::of_boolean(x.long_value() != 0);
        case Kind::double_: return Element::of_boolean(x.double_value() != 0);
        case Kind::string: return Element::of_boolean(!x.string().empty() && !is_false(x.string()));
        default: arg.wrong(0, "a boolean, a number or a string");
    }
}

extern const Builtin to_boolean{.name = "to_boolean",
                                .arity = {1, 1},
                                .call = call_to_boolean,
                                .doc =
                                    "to_boolean(x): false for 0, 0.0, '' and 'false' in any case, "
                                    "true for every other number or string"};

}  // namespace weft::compiler::builtin
