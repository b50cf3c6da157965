// value: a copy of what is at a path of this or another object.
#include <fmt/core.h>

#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static Element call_value(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    Element path = eval.eval(call.arg(0));
    Element fallback;
    if (call.size() > 1)
        fallback = eval.eval(call.arg(1));
    if (!path.is(Kind::string))
        throw EvalFailure("value() needs a string with a path");
    std::optional<Element> e = eval.object()->value(call.expr, path.string());
    if (call.size() > 1 && (!e || e->is(Kind::undef)))
        return fallback;
    if (e)
        return *e;
    EvalFailure f(fmt::format("the path '{}' does not exist", path.string()),
                  "value(path, default) gives the default instead");
    PanPath p = parse_path(path.string(), eval.options().dialect);
    if (std::string why = eval.object()->why_missing(p); !why.empty())
        f.hint = why;
    throw Arguments::about(0, std::move(f));
}

static std::string check_value(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && !e->is(Kind::string) ? "value() needs a string with a path" : "";
}

extern const Builtin value{.name = "value",
                           .arity = {1, 2},
                           .special = call_value,
                           .check = check_value,
                           .pure = false,
                           .keeps = true,
                           .doc =
                               "value(path, default?): a copy of the element at the path, of this "
                               "object or of another (obj:/path)"};

}  // namespace weft::compiler::builtin
