// digest: a checksum of a string.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hh"
#include "base/wrap/digest.hh"
#include "compiler/builtin.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::builtin {

static std::string algorithm(std::string_view given) {
    std::string name(given);
    for (char& c : name)
        if (c >= 'a' && c <= 'z')
            c = char(c - 32);
    // As the first compiler's library spells them, with the hyphen or without.
    if (name == "SHA")
        name = "SHA-1";
    else if (name.starts_with("SHA") && name.size() > 3 && name[3] != '-' &&
             !name.starts_with("SHA3-"))
        name.insert(3, "-");
    static const std::vector<std::string_view> known{
        "MD2",         "MD5",         "SHA-1",    "SHA-224",  "SHA-256",  "SHA-384", "SHA-512",
        "SHA-512/224", "SHA-512/256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"};
    if (std::find(known.begin(), known.end(), name) != known.end())
        return name;
    EvalFailure e(fmt::format("digest(): there is no algorithm '{}'; there are {}", given,
                              fmt::join(known, ", ")));
    if (std::string_view near = nearest(name, known); !near.empty())
        e.hint = fmt::format("did you mean '{}'?", near);
    throw e;
}

static Element call_digest(Eval&, const Arguments& arg) {
    std::string name = algorithm(arg.string(0));
    std::string_view text = arg.string(1);
    bool whole = arg.size() > 2 && arg.boolean(2);
    // Templates depend on what the first compiler did: it took as many bytes as the text has UTF-16
    // units, and printed the result as a number.
    if (!whole)
        text = text.substr(0, utf16_length(text));
    std::string hex = digest_hex(name, text);
    if (!whole)
        hex.erase(0, std::min(hex.find_first_not_of('0'), hex.size() - 1));
    return Element::of_string(hex);
}

extern const Builtin digest{.name = "digest",
                            .arity = {2, 3},
                            .call = call_digest,
                            .doc =
                                "digest(algorithm, string, whole?): the checksum in hexadecimal. "
                                "Without whole, leading zeros are dropped and of text "
                                "outside ASCII only the first bytes count, as the first compiler "
                                "did it; digest(a, s, true) is what other tools print"};

}  // namespace weft::compiler::builtin
