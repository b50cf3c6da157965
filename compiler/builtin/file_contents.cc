// file_contents: a whole file of the include path as a string.
#include <fmt/core.h>

#include "base/wrap/gzip.hh"
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

static Element call_file_contents(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    std::vector<Element> arg = eval.arguments(call);
    if (!arg[0].is(Kind::string))
        throw EvalFailure("file_contents() needs a string with the name of a file");
    if (arg.size() > 1 && (!arg[1].is(Kind::string) || arg[1].string() != "gzip"))
        throw EvalFailure("file_contents() knows no compression but 'gzip'");
    Text text = eval.object()->read_file(call.expr, arg[0].string());
    std::string unpacked;
    std::string_view bytes = *text;
    if (arg.size() > 1) {
        try {
            bytes = unpacked = gunzip(bytes, max_text);
        } catch (const Error& e) {
            throw EvalFailure(fmt::format("file_contents('{}'): {}", arg[0].string(), e.message));
        }
    }
    return Element::of_string(is_utf8(bytes) ? std::string(bytes) : repair_utf8(bytes));
}

static std::string check_file_contents(const CallNode& call) {
    const Element* e = call.literal(0);
    return e && (!e->is(Kind::string) || e->string().empty())
               ? "file_contents() needs a string with the name of a file"
               : "";
}

extern const Builtin file_contents{.name = "file_contents",
                                   .arity = {1, 2},
                                   .special = call_file_contents,
                                   .check = check_file_contents,
                                   .pure = false,
                                   .doc =
                                       "file_contents(name, compression?): the text of a file "
                                       "found through the include path; compression is 'gzip'"};

}  // namespace weft::compiler::builtin
