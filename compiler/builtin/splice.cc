// splice: a string or list with one part replaced.
#include "compiler/builtin.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/part.hh"

namespace weft::compiler::builtin {

static Element in_string(const Arguments& arg) {
    std::string_view text = arg.string(0);
    size_t length = utf16_length(text);
    Part p = part_of(arg, length);
    std::string out = utf16_slice(text, 0, p.from);
    if (arg.size() > 3)
        out += arg.string(3);
    out += utf16_slice(text, p.to, length);
    check_text_size(arg.function(), out.size());
    return Element::of_string(out);
}

static Element in_list(const Arguments& arg) {
    const List& items = arg.list(0);
    Part p = part_of(arg, items.size());
    own_children(arg[0]);
    if (arg.size() > 3 && arg[3].is(Kind::list))
        own_children(arg[3]);
    Element result = Element::new_list();
    List& out = result.list_ref();
    out.reserve(items.size());
    for (size_t i = 0; i < p.from; i++)
        out.push_back(items[i]);
    if (arg.size() > 3)
        for (const Element& e : arg.list(3))
            out.push_back(e);
    for (size_t i = p.to; i < items.size(); i++)
        out.push_back(items[i]);
    return result;
}

static Element call_splice(Eval&, const Arguments& arg) {
    if (arg[0].is(Kind::string))
        return in_string(arg);
    if (arg[0].is(Kind::list))
        return in_list(arg);
    arg.wrong(0, "a string or a list");
}

extern const Builtin splice{.name = "splice",
                            .arity = {3, 4},
                            .call = call_splice,
                            .keeps = true,
                            .doc =
                                "splice(x, start, length, replacement?): the string or list x with "
                                "that part taken out and the replacement put there"};

}  // namespace weft::compiler::builtin
