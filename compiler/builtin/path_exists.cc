// path_exists: is there an element at a computed path?
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

static void must_be_absolute(std::string_view s) {
    if (!s.starts_with('/') && s.find(':') == std::string_view::npos)
        throw EvalFailure("path_exists() needs an absolute path or one of another object, not '" +
                              std::string(s) + "'",
                          "begin it with '/'");
}

static Element call_path_exists(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    Element x = eval.eval(call.arg(0));
    if (!x.is(Kind::string))
        throw EvalFailure("path_exists() needs a string with a path");
    must_be_absolute(x.string());
    return Element::of_boolean(eval.object()->find(call.expr,
                                                   parse_path(x.string(), eval.options().dialect),
                                                   false) != nullptr);
}

static std::string check_path_exists(const CallNode& call) {
    const Element* e = call.literal(0);
    if (!e)
        return "";
    if (!e->is(Kind::string))
        return "path_exists() needs a string with a path";
    try {
        must_be_absolute(e->string());
    } catch (const EvalFailure& f) {
        return f.message;
    }
    return "";
}

extern const Builtin path_exists{.name = "path_exists",
                                 .arity = {1, 1},
                                 .special = call_path_exists,
                                 .check = check_path_exists,
                                 .pure = false,
                                 .doc =
                                     "path_exists(path): is there an element at this absolute or "
                                     "external path? undef counts as one"};

}  // namespace weft::compiler::builtin
