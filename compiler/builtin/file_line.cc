// file_line: one line of a large sorted file, without reading the others: repositories have tens of
// thousands of packages.
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/object.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

/// Where the line begins that holds this byte.
static size_t begin_of_line(std::string_view text, size_t at) {
    size_t end = at ? text.rfind('\n', at - 1) : text.npos;
    return end == text.npos ? 0 : end + 1;
}

static Element call_file_line(Eval& eval, const CallNode& call) {
    eval.needs_world(call.expr);
    std::vector<Element> arg = eval.arguments(call);
    if (!arg[0].is(Kind::string) || !arg[1].is(Kind::string))
        throw EvalFailure(
            "file_line() needs two strings: the name of a file and how the line begins");
    Text kept = eval.object()->read_file(call.expr, arg[0].string());
    std::string_view text = *kept, begin = arg[1].string();
    size_t low = 0,
           high = text.size();  // the first line that is not before `begin` begins in [low, high]
    while (low < high) {
        size_t at = begin_of_line(text, low + (high - low) / 2),
               end = std::min(text.find('\n', at), text.size());
        if (text.substr(at, end - at) < begin)
            low = std::min(end + 1, text.size());
        else
            high = at;
    }
    std::string_view line = text.substr(low, text.find('\n', low) - low);
    if (!line.starts_with(begin))
        return Element::of_string("");
    return Element::of_string(is_utf8(line) ? std::string(line) : repair_utf8(line));
}

extern const Builtin file_line{.name = "file_line",
                               .arity = {2, 2},
                               .special = call_file_line,
                               .pure = false,
                               .doc =
                                   "file_line(name, begin): the first line that begins so in a "
                                   "file found through the include path, whose lines are sorted as "
                                   "bytes ('LC_ALL=C sort'); '' when there is none"};

}  // namespace weft::compiler::builtin
