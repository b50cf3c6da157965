// create: a fresh dict from a structure template, with some values set afterwards.
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_create(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    std::vector<Element> values = eval.arguments(call);
    if (!values[0].is(Kind::string))
        throw EvalFailure("create() needs a string with the name of a structure template");
    return eval.object()->create(call.expr, values[0].string(),
                                 std::span<const Element>(values).subspan(1));
}

static std::string check_create(const CallNode& call) {
    if (call.size() % 2 == 0)
        return "create() needs a template and then pairs of key and value";
    const Element* e = call.literal(0);
    return e && !e->is(Kind::string)
               ? "create() needs a string with the name of a structure template"
               : "";
}

extern const Builtin create{.name = "create",
                            .arity = {1, -1},
                            .special = call_create,
                            .check = check_create,
                            .pure = false,
                            .doc =
                                "create(template, key, value, ...): the dict that the structure "
                                "template makes, with these children put on top"};

}  // namespace weft::compiler::builtin
