// YAML: what a text could be taken for decides whether it is quoted.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/yaml.hh"
#include "ncm/quote.hh"
#include "ncm/render.hh"

namespace weft::ncm {

using yaml::Quotes;

static std::string yaml_lower(std::string_view s) {
    std::string low(s);
    std::transform(low.begin(), low.end(), low.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return low;
}

/// Could a reader of YAML 1.1 or 1.2 take the bare text for anything but a text? Both differ among
/// themselves: whatever looks like a number, a date or a word of theirs counts.
static bool other_meaning(std::string_view s) {
    static constexpr std::string_view words[] = {
        "",  "~", "null", "true", "false", "yes", "no",   "on",    "off",  "y",
        "n", "=", "<<",   "inf",  ".inf",  "nan", ".nan", "+.inf", "-.inf"};
    std::string low = yaml_lower(s);
    if (std::find(std::begin(words), std::end(words), low) != std::end(words))
        return true;
    if (s[0] == ':')
        return true;  // a symbol of Ruby
    if (std::string_view("+-.0123456789").find(s[0]) == std::string_view::npos)
        return false;
    bool numeric = low.find_first_not_of("0123456789abcdefxotz_:.,+- \t") == std::string::npos;
    bool address = low.find_first_not_of("0123456789.") == std::string::npos &&
                   std::count(low.begin(), low.end(), '.') > 1;
    return numeric && !address;
}

/// What Perl takes for a number; the historic writer quotes nothing else but a few words.
static bool number_of_perl(std::string_view s) {
    static constexpr std::string_view blanks = " \t\n\r\f\v", digits = "0123456789";
    auto skip = [&](std::string_view set) {
        size_t n = std::min(s.find_first_not_of(set), s.size());
        s.remove_prefix(n);
        return n;
    };
    auto one_of = [&](std::string_view set) {
        bool yes = !s.empty() && set.find(s[0]) != std::string_view::npos;
        s.remove_prefix(yes);
        return yes;
    };
    if (s == "0 but true")
        return true;
    s = s.substr(0, s.find_last_not_of(blanks) + 1);
    skip(blanks);
    one_of("+-");
    std::string word = s.size() <= 8 ? yaml_lower(s) : "";
    if (word == "inf" || word == "infinity" || word == "nan")
        return true;
    size_t n = skip(digits);
    if (one_of("."))
        n += skip(digits);
    if (n && one_of("eE")) {
        one_of("+-");
        n = skip(digits);
    }
    return n && s.empty();
}

static Quotes quotes_of(std::string_view s, bool historic) {
    bool odd = historic ? s.empty() || s == "~" || s == "null" || s == "true" || s == "false" ||
                              number_of_perl(s)
                        : other_meaning(s);
    if (s.find('\n') != std::string_view::npos && !(historic && odd))
        return Quotes::twofold;
    return odd ? Quotes::single : Quotes::none;
}

static std::string yaml_double(double d, bool historic) {
    if (std::isnan(d))
        return ".nan";
    if (std::isinf(d))
        return d < 0 ? "-.inf" : ".inf";
    if (historic)
        return number_as_perl(d);
    std::string s = yaml_lower(property_text(Element::of_double(d)));
    size_t e = s.find('e');
    // YAML 1.1 knows no exponent without a sign.
    if (e != std::string::npos && s[e + 1] != '-')
        s.insert(e + 1, "+");
    return s;
}

static void yaml_events(yaml::Writer& out, const Element& e, bool historic) {
    switch (e.kind()) {
        case Kind::list:
            out.begin_list();
            for (const Element& c : e.list())
                yaml_events(out, c, historic);
            return out.end_list();
        case Kind::dict:
            out.begin_dict();
            for (const auto& m : e.dict()) {
                // Psych merges under this name even when it is quoted.
                bool merges = !historic && m.key.view() == "<<";
                out.scalar(m.key.view(), quotes_of(m.key.view(), historic), merges);
                yaml_events(out, m.value, historic);
            }
            return out.end_dict();
        case Kind::string: return out.scalar(e.string(), quotes_of(e.string(), historic));
        case Kind::double_:
            return out.scalar(yaml_double(e.double_value(), historic), Quotes::none);
        case Kind::boolean: return out.scalar(e.boolean() ? "true" : "false", Quotes::none);
        case Kind::long_: return out.scalar(property_text(e), Quotes::none);
        default: return out.scalar(historic ? "~" : "null", Quotes::none);
    }
}

static void yaml_document(yaml::Writer& out, const Element& e, bool historic) {
    out.begin_document();
    yaml_events(out, e, historic);
    out.end_document();
}

std::string render_yaml(const Element& e, bool historic) {
    yaml::Writer out;
    yaml_document(out, e, historic);
    return out.finish();
}

std::string render_yaml_documents(const Element& e, bool historic) {
    if (!e.is_resource())
        throw Error(
            exit_data,
            "yamlmulti cannot hold a single value: each member of the contents is a document");
    yaml::Writer out;
    for (size_t i = 0; i < e.size(); i++)
        yaml_document(out, e.child(i), historic);
    return out.finish();
}

}  // namespace weft::ncm
