// index: where something is in a string, list or dict.
#include <algorithm>

#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

static int64_t in_string(std::string_view word, std::string_view text, int64_t start) {
    size_t length = utf16_length(text);
    size_t from = size_t(std::min<uint64_t>(uint64_t(start), length));
    size_t at = text.find(word, byte_of_unit(text, from));
    return at == text.npos ? -1 : int64_t(utf16_length(text.substr(0, at)));
}

static Element call_index(Eval&, const Arguments& arg) {
    const Element &x = arg[0], &in = arg[1];
    int64_t start = arg.size() > 2 ? std::max<int64_t>(arg.long_value(2), 0) : 0;
    if (in.is(Kind::string))
        return Element::of_long(in_string(arg.string(0), in.string(), start));
    check_finite(arg.function(), x);
    if (in.is(Kind::list)) {
        const List& items = in.list();
        for (size_t i = size_t(start); i < items.size(); i++)
            if (items[i] == x)
                return Element::of_long(int64_t(i));
        return Element::of_long(-1);
    }
    if (in.is(Kind::dict)) {
        for (const Dict::Entry& e : in.dict())
            if (e.value == x && start-- == 0)
                return Element::of_string(e.key.view());
        return Element::of_string("");
    }
    arg.wrong(1, "a string, a list or a dict");
}

extern const Builtin index{
    .name = "index",
    .arity = {2, 3},
    .call = call_index,
    .doc =
        "index(x, container, start?): the position of a string in a string or of an equal item in "
        "a list (-1: none), "
        "the key of an equal child of a dict after skipping start of them ('': none)"};

}  // namespace weft::compiler::builtin
