// match: does a regular expression match anywhere in a string?
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

namespace weft::compiler::builtin {

static Element call_match(Eval&, const Arguments& arg) {
    std::string repaired;
    std::string_view text = well_formed(arg.string(0), repaired);
    auto regex =
        Regex::get(arg.function(), arg.string(1),
                   arg.size() > 2 ? regex_flags(arg.function(), arg.string(2)) : RegexFlags());
    RegexMatch m;
    return Element::of_boolean(regex->search(arg.function(), text, 0, m));
}

extern const Builtin match{.name = "match",
                           .arity = {2, 3},
                           .call = call_match,
                           .doc =
                               "match(string, regex, flags?): does it match anywhere in the "
                               "string? flags: any of i m s u x"};

}  // namespace weft::compiler::builtin
