// How values and names are spelled before they are rendered.
#include <algorithm>
#include <cctype>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "ncm/quote.hh"
#include "ncm/render.hh"

namespace weft::ncm {

Convert read_convert(View flags) {
    Convert c;
    auto set = [&](auto& field, auto value, const std::string& name) {
        if (int(field) != 0)
            throw Error(exit_data, "convert/" + name + " contradicts another flag of its kind");
        field = value;
    };
    for (const auto& [name, on] : flags.members()) {
        if (!on.flag())
            continue;
        if (name == "yesno")
            set(c.booleans, Convert::yesno, name);
        else if (name == "YESNO")
            set(c.booleans, Convert::YESNO, name);
        else if (name == "truefalse")
            set(c.booleans, Convert::truefalse, name);
        else if (name == "TRUEFALSE")
            set(c.booleans, Convert::TRUEFALSE, name);
        else if (name == "singlequote")
            set(c.quotes, Convert::single_quotes, name);
        else if (name == "doublequote")
            set(c.quotes, Convert::double_quotes, name);
        else if (name == "joincomma")
            set(c.lists, Convert::by_comma, name);
        else if (name == "joinspace")
            set(c.lists, Convert::by_space, name);
        else if (name == "lowerkey")
            set(c.keys, Convert::lower, name);
        else if (name == "upperkey")
            set(c.keys, Convert::upper, name);
        else if (name == "unescapekey")
            c.unescape_keys = true;
        else if (name == "xml")
            c.xml = true;
        else
            throw Error(exit_data, "there is no conversion 'convert/" + name + "'");
    }
    return c;
}

static Element converted(const Element& e, const Convert& c) {
    switch (e.kind()) {
        case Kind::boolean: {
            static constexpr const char* words[][2] = {{"false", "true"},
                                                       {"no", "yes"},
                                                       {"NO", "YES"},
                                                       {"false", "true"},
                                                       {"FALSE", "TRUE"}};
            return c.booleans == Convert::as_is
                       ? e
                       : Element::of_string(words[c.booleans][e.boolean()]);
        }
        case Kind::string: {
            std::string s(e.string());
            if (c.xml) {
                std::string t;
                for (char b : s)
                    t += b == '&'   ? "&amp;"
                         : b == '<' ? "&lt;"
                         : b == '>' ? "&gt;"
                                    : std::string(1, b);
                s = t;
            }
            if (c.quotes == Convert::single_quotes)
                s = "'" + s + "'";
            if (c.quotes == Convert::double_quotes)
                s = "\"" + s + "\"";
            return Element::of_string(s);
        }
        case Kind::list: {
            Element out = Element::new_list();
            std::vector<std::string> texts;
            for (const Element& i : e.list()) {
                out.list_ref().push_back(convert(i, c));
                if (i.is_property())
                    texts.push_back(property_text(out.list()[out.size() - 1]).substr(c.typed));
            }
            if (c.lists == Convert::keep || texts.size() != e.size())
                return out;
            return Element::of_string((c.typed ? "-" : "") +
                                      join(texts, c.lists == Convert::by_comma ? "," : " "));
        }
        case Kind::dict: {
            Element out = Element::new_dict();
            for (const auto& m : e.dict()) {
                std::string key(m.key.view());
                if (c.unescape_keys)
                    key = unescape(key).value_or(key);
                if (c.keys != Convert::kept)
                    std::transform(key.begin(), key.end(), key.begin(), [&](unsigned char b) {
                        return char(c.keys == Convert::lower ? std::tolower(b) : std::toupper(b));
                    });
                out.dict_ref().at(Key(key)) = convert(m.value, c);
            }
            return out;
        }
        default: return e;
    }
}

Element convert(const Element& e, const Convert& c) {
    Element out = converted(e, c);
    if (!c.typed || !e.is_property())
        return out;
    const char* type = e.is(Kind::boolean)   ? "b"
                       : e.is(Kind::long_)   ? "l"
                       : e.is(Kind::double_) ? "d"
                                             : "s";
    std::string text = out.is(Kind::boolean) ? (out.boolean() ? "1" : "0") : property_text(out);
    if (out.is(Kind::double_) && c.perl_doubles)
        text = number_as_perl(out.double_value());
    return Element::of_string(type + text);
}

}  // namespace weft::ncm
