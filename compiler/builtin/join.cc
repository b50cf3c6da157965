// join: strings into one, with a separator between them.
#include "compiler/builtin.hh"
#include "compiler/limits.hh"

#include <fmt/core.h>

namespace weft::compiler::builtin {

static Element call_join(Eval&, const Arguments& arg) {
    std::string_view separator = arg.string(0);
    std::string out;
    auto add = [&](size_t i, std::string_view s) {
        if (i)
            out += separator;
        out += s;
        check_text_size(arg.function(), out.size());
    };
    if (arg.size() == 2) {
        const List& items = arg.list(1);
        for (size_t i = 0; i < items.size(); i++) {
            if (!items[i].is(Kind::string))
                throw EvalFailure(
                    fmt::format("join(): item {} of the list must be a string, not {}", i,
                                with_article(items[i].kind())),
                    "convert it with to_string()");
            add(i, items[i].string());
        }
    } else {
        for (size_t i = 1; i < arg.size(); i++)
            add(i - 1, arg.string(i));
    }
    return Element::of_string(out);
}

extern const Builtin join{.name = "join",
                          .arity = {2, -1},
                          .call = call_join,
                          .doc =
                              "join(separator, list) or join(separator, string, string...): the "
                              "strings with the separator between them"};

}  // namespace weft::compiler::builtin
