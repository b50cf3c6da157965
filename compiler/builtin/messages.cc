// error, debug, traceback, deprecated: talking to the person in front of the compiler.
#include <fmt/core.h>

#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"

namespace weft::compiler::builtin {

/// One string, or a format and what goes into it.
static std::string text_of(Eval& eval, const CallNode& call) {
    std::vector<Element> arg = eval.arguments(call);
    if (!arg[0].is(Kind::string))
        throw EvalFailure(
            fmt::format("the first argument for {}() needs to be a string", call.function()));
    if (arg.size() == 1)
        return std::string(arg[0].string());
    const Builtin* format = find_builtin("format");
    return std::string(format->call(eval, Arguments(call.function(), arg)).string());
}

static std::string check_messages(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && !e->is(Kind::string)
               ? fmt::format("the first argument for {}() needs to be a string", call.function())
               : "";
}

static Element call_error(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    throw EvalFailure("user-initiated error: " + text_of(eval, call));
}

static Element call_debug(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    std::string text = text_of(eval, call);
    eval.object()->print(eval.tagged(text) + "\n");
    return Element::of_string(text);
}

static Element call_traceback(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    std::string text = text_of(eval, call);
    std::string out = eval.tagged(text) + "\n>>> call stack trace \n";
    auto frame = [&](const Where& w) {
        out += fmt::format(">>> [{}:{}.{}-{}.{}]\n", w.file, w.line, w.col, w.end_line, w.end_col);
    };
    const Span& s = call.expr.span;
    frame({eval.current()->path, int(s.line), int(s.col), int(s.end_line), int(s.end_col)});
    for (const Error::Frame& f : eval.trace())
        frame(f.where);
    eval.object()->print(out + ">>> ====================\n");
    return Element::of_string(text);
}

static Element call_deprecated(Eval& eval, const CallNode& call) {
    if (!eval.object())
        return Element::of_boolean(true);  // a constant, whatever the arguments are
    std::vector<Element> arg = eval.arguments(call);
    if (!arg[0].is(Kind::long_))
        throw EvalFailure("deprecated() needs a long as its first argument");
    if (!arg[1].is(Kind::string))
        throw EvalFailure("deprecated() needs a string as its second argument");
    if (arg[0].long_value() < 0 || eval.options().warnings == Warnings::off)
        return Element::of_boolean(true);
    if (eval.options().warnings == Warnings::fatal)
        throw EvalFailure("deprecation error: " + std::string(arg[1].string()));
    eval.object()->print(std::string(arg[1].string()) + "\n");
    return Element::of_boolean(true);
}

static std::string check_deprecated(const CallNode& call) {
    const Element* level = call.literal(0);
    const Element* text = call.literal(1);
    if (level && !level->is(Kind::long_))
        return "deprecated() needs a long as its first argument";
    if (level && level->long_value() < 0)
        return "deprecated() needs a level of 0 or more";
    if (text && !text->is(Kind::string))
        return "deprecated() needs a string as its second argument";
    return "";
}

extern const Builtin error{.name = "error",
                           .arity = {1, -1},
                           .special = call_error,
                           .pure = false,
                           .doc =
                               "error(text) or error(format, x, ...): end the compilation of this "
                               "object with the message"};
extern const Builtin debug{.name = "debug",
                           .arity = {1, -1},
                           .special = call_debug,
                           .check = check_messages,
                           .pure = false,
                           .doc =
                               "debug(text) or debug(format, x, ...): print the text, with "
                               "--debug; else do nothing and give undef"};
extern const Builtin traceback{.name = "traceback",
                               .arity = {1, 1},
                               .special = call_traceback,
                               .check = check_messages,
                               .pure = false,
                               .doc =
                                   "traceback(text): print the text and the call stack, with "
                                   "--debug; else do nothing and give undef"};
extern const Builtin deprecated{
    .name = "deprecated",
    .arity = {2, 2},
    .special = call_deprecated,
    .check = check_deprecated,
    .pure = false,
    .doc = "deprecated(level, text): warn that something is out of date (--warnings)"};

}  // namespace weft::compiler::builtin
