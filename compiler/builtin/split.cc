// split: the pieces of a string between the matches of a regular expression.
#include "compiler/builtin.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

namespace weft::compiler::builtin {

static Element call_split(Eval&, const Arguments& arg) {
    int64_t limit = arg.size() > 2 ? arg.long_value(1) : 0;
    std::string repaired;
    std::string_view text = well_formed(arg.string(arg.size() - 1), repaired);
    auto regex = Regex::get(arg.function(), arg.string(0));
    Element result = Element::new_list();
    List& pieces = result.list_ref();
    size_t from = 0;
    if (limit != 1)
        regex->each(arg.function(), text, [&](const RegexMatch& m) {
            if (m.end() == 0)
                return true;  // a match without width at the very beginning makes no piece
            spend(8);
            pieces.push_back(Element::of_string(text.substr(from, m.begin() - from)));
            from = m.end();
            return limit <= 0 || int64_t(pieces.size()) < limit - 1;
        });
    bool none = pieces.empty();
    pieces.push_back(Element::of_string(text.substr(from)));
    if (limit == 0 && !none)
        while (!pieces.empty() && pieces[pieces.size() - 1].string().empty())
            pieces.erase(pieces.size() - 1);
    return result;
}

extern const Builtin split{.name = "split",
                           .arity = {2, 3},
                           .call = call_split,
                           .doc =
                               "split(regex, string) or split(regex, limit, string): the pieces "
                               "between the matches; limit > 0: at most so many, "
                               "< 0: empty ones at the end are kept"};

}  // namespace weft::compiler::builtin
