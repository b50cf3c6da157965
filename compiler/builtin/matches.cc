// matches: the first match of a regular expression in a string, and its groups.
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

namespace weft::compiler::builtin {

static Element call_matches(Eval&, const Arguments& arg) {
    std::string repaired;
    std::string_view text = well_formed(arg.string(0), repaired);
    auto regex =
        Regex::get(arg.function(), arg.string(1),
                   arg.size() > 2 ? regex_flags(arg.function(), arg.string(2)) : RegexFlags());
    Element result = Element::new_list();
    RegexMatch m;
    if (!regex->search(arg.function(), text, 0, m))
        return result;
    size_t groups = m.groups();
    while (!m.has(groups - 1))
        groups--;  // those after the last that took part are left out
    for (size_t i = 0; i < groups; i++)
        result.list_ref().push_back(Element::of_string(m.text(i)));
    return result;
}

extern const Builtin matches{.name = "matches",
                             .arity = {2, 3},
                             .call = call_matches,
                             .doc =
                                 "matches(string, regex, flags?): the first match and its groups "
                                 "as a list, empty when there is none"};

}  // namespace weft::compiler::builtin
