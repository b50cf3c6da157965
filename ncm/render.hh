// Trees as configuration files: the formats that many programs share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ncm/view.hh"

namespace weft::ncm {

/// How values and names are spelled before they are rendered; at most one of a line.
struct Convert {
    enum Booleans { as_is, yesno, YESNO, truefalse, TRUEFALSE } booleans = as_is;
    enum Quotes { none, single_quotes, double_quotes } quotes = none;  ///< around strings
    enum Lists {
        keep,
        by_comma,
        by_space
    } lists = keep;  ///< lists of properties become one string
    enum Case { kept, lower, upper } keys = kept;
    bool unescape_keys = false;
    bool xml = false;  ///< & < > in strings become references
    /// For templates: a property is a text that begins with the letter of the type it had: b l d s,
    /// and - for a list that became one text.
    bool typed = false;
    bool perl_doubles = false;  ///< for templates: 1000, not 1000.0
};
/// From a dict of flags, as metaconfig has it. Error(65) for two of one group, or an unknown one.
Convert read_convert(View);
/// A new tree with the conversion done.
Element convert(const Element&, const Convert&);

/// The text of a tree in a format: json, jsonpretty, yaml, yamlmulti, properties, tiny, ini,
/// general, toml, shell, systemd, xml. Ends with a line end. Error(65) for an unknown one, and for
/// what the format cannot say.
///   historic   byte for byte what the renderer of Quattor's metaconfig makes of it, also where a
///              reader takes it for something else (the text "no" in YAML)
std::string render(std::string_view format, const Element&, bool historic = false);
// ---- render() finds them by name
std::string render_yaml(const Element&, bool historic);
std::string render_yaml_documents(const Element&, bool historic);
/// The sign that begins a comment in this format; empty when it knows none.
std::string_view comment_sign(std::string_view format);
std::vector<std::string_view> render_formats();

}  // namespace weft::ncm
