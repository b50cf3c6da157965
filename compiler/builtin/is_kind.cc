// is_boolean, is_long and their like: what kind of value is it? A variable that does not exist is
// none.
#include "compiler/evaluate/eval.hh"

namespace weft::compiler::builtin {

template <bool (*test)(const Element&)>
static Element call_is_kind(Eval& eval, const CallNode& call) {
    if (!call.is_variable(0))
        return Element::of_boolean(test(eval.eval(call.arg(0))));
    eval.needs_world(call.expr);
    const Element* e = eval.find(call.arg(0));
    return Element::of_boolean(e && test(*e));
}

template <Kind k>
static bool kind_is(const Element& e) {
    return e.is(k);
}
static bool number(const Element& e) { return e.is_number(); }
static bool property(const Element& e) { return e.is_property(); }
static bool resource(const Element& e) { return e.is_resource(); }
static bool defined(const Element& e) { return e.is_defined(); }

#define TEST(NAME, FUNCTION, WHAT)         \
    extern const Builtin NAME{             \
        .name = #NAME,                     \
        .arity = {1, 1},                   \
        .special = call_is_kind<FUNCTION>, \
        .pure = false,                     \
        .doc = #NAME "(x): is x " WHAT "? false for a variable that does not exist"};
TEST(is_boolean, kind_is<Kind::boolean>, "a boolean")
TEST(is_long, kind_is<Kind::long_>, "a long")
TEST(is_double, kind_is<Kind::double_>, "a double")
TEST(is_string, kind_is<Kind::string>, "a string")
TEST(is_list, kind_is<Kind::list>, "a list")
TEST(is_dict, kind_is<Kind::dict>, "a dict")
TEST(is_nlist, kind_is<Kind::dict>, "a dict")
TEST(is_null, kind_is<Kind::null>, "null")
TEST(is_number, number, "a long or a double")
TEST(is_property, property, "a boolean, long, double or string")
TEST(is_resource, resource, "a list or a dict")
TEST(is_defined, defined, "neither undef nor null")
#undef TEST

}  // namespace weft::compiler::builtin
