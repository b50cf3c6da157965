// One function a format, found by a table.
#include "ncm/render.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

static Error cannot(std::string_view format, const std::string& what, std::string hint = {}) {
    return Error(exit_data, fmt::format("{} cannot hold {}", format, what), {}, std::move(hint));
}

/// A property as text on one line.
static std::string plain(std::string_view format, const std::string& key, const Element& e) {
    if (e.is_resource()) {
        throw cannot(
            format, fmt::format("the {} '{}'", kind_name(e.kind()), key),
            e.is(Kind::list) ? "convert/joincomma or convert/joinspace makes one value of it" : "");
    }
    std::string s = property_text(e);
    if (s.find('\n') != std::string::npos)
        throw cannot(format, fmt::format("the line end in '{}'", key));
    return s;
}

static std::string json(const Element& e) {
    std::string out;
    write_json(e, out, {.plain = true});
    return out + "\n";
}

// ---- YAML: block style, keys in order, strings quoted when a reader could take them for something
// else
static std::string yaml_scalar(const Element& e) {
    if (e.is(Kind::double_) && std::isnan(e.double_value()))
        return ".nan";
    if (e.is(Kind::double_) && std::isinf(e.double_value()))
        return e.double_value() < 0 ? "-.inf" : ".inf";
    if (e.is(Kind::null))
        return "null";
    if (!e.is(Kind::string))
        return property_text(e);
    std::string_view s = e.string();
    // Unquoted are words that begin with a letter or '/', hold nothing special and mean nothing in
    // YAML 1.1.
    static constexpr std::string_view words[] = {"y",   "n",    "yes",   "no",  "on",
                                                 "off", "true", "false", "null"};
    bool simple = !s.empty() && (std::isalpha(static_cast<unsigned char>(s[0])) || s[0] == '/');
    for (char c : s)
        simple = simple && (std::isalnum(static_cast<unsigned char>(c)) ||
                            std::string_view("/._-+@%").find(c) != std::string_view::npos);
    std::string low(s);
    std::transform(low.begin(), low.end(), low.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    for (std::string_view w : words)
        simple = simple && low != w;
    if (simple)
        return std::string(s);
    std::string out;  // a JSON string is a YAML string
    write_json(e, out, {.ascii_only = false, .one_line = true, .plain = true});
    return out;
}

static void yaml_block(const Element& e, size_t depth, std::string& out, bool after_dash) {
    auto value = [&](const Element& v, bool item) {
        if (v.is_resource() && v.size()) {
            if (item) {
                out += ' ';
                yaml_block(v, depth + 1, out, true);
            } else {
                out += '\n';
                yaml_block(v, depth + 1, out, false);
            }
        } else {
            out += ' ';
            out += v.is(Kind::list) ? "[]" : v.is(Kind::dict) ? "{}" : yaml_scalar(v);
            out += '\n';
        }
    };
    bool first = after_dash;  // the first line goes on where the dash stands
    auto begin = [&] {
        if (!first)
            out.append(depth * 2, ' ');
        first = false;
    };
    if (e.is(Kind::list)) {
        for (const Element& c : e.list()) {
            begin();
            out += '-';
            value(c, true);
        }
    } else {
        for (const auto& c : e.dict()) {
            begin();
            out += yaml_scalar(Element::of_string(c.key.view())) + ":";
            value(c.value, false);
        }
    }
}

static std::string yaml(const Element& e) {
    std::string out = "---\n";
    if (e.is_resource() && e.size())
        yaml_block(e, 0, out, false);
    else
        out += (e.is(Kind::list) ? "[]" : e.is(Kind::dict) ? "{}" : yaml_scalar(e)) + "\n";
    return out;
}

/// One document for each child.
static std::string yamlmulti(const Element& e) {
    std::string out;
    if (e.is(Kind::list))
        for (const Element& c : e.list())
            out += yaml(c);
    else
        for (const auto& m : View(&e).members())
            out += yaml(*m.value.element());
    return out;
}

// ---- a.b.c=value
static void properties_of(const Element& e, const std::string& prefix, std::string& out) {
    auto child = [&](const std::string& name, const Element& v) {
        properties_of(v, prefix.empty() ? name : prefix + "." + name, out);
    };
    if (e.is(Kind::dict)) {
        for (const auto& c : e.dict())
            child(std::string(c.key.view()), c.value);
    } else if (e.is(Kind::list)) {
        for (size_t i = 0; i < e.size(); i++)
            child(std::to_string(i), e.list()[i]);
    } else {
        auto escaped = [](std::string_view s, bool key) {
            std::string t;
            for (char c : s) {
                if (c == '\n')
                    t += "\\n";
                else if (c == '\r')
                    t += "\\r";
                else if (c == '\t')
                    t += "\\t";
                else if (c == '\\' ||
                         (key && (c == '=' || c == ':' || c == ' ' || c == '#' || c == '!'))) {
                    t += '\\';
                    t += c;
                } else if (!key && c == ' ' && t.empty())
                    t += "\\ ";  // a leading blank would be lost
                else
                    t += c;
            }
            return t;
        };
        out += escaped(prefix, true) + "=" + escaped(property_text(e), false) + "\n";
    }
}

static std::string properties(const Element& e) {
    std::string out;
    properties_of(e, "", out);
    return out;
}

// ---- key=value, then [section] with key=value
static std::string tiny(const Element& e) {
    if (!e.is(Kind::dict))
        throw cannot("tiny", "anything but an nlist at the top");
    std::string out;
    for (const auto& m : View(&e).members())
        if (!m.value.element()->is(Kind::dict))
            out += m.name + "=" + plain("tiny", m.name, *m.value.element()) + "\n";
    for (const auto& m : View(&e).members()) {
        if (!m.value.element()->is(Kind::dict))
            continue;
        if (!out.empty())
            out += '\n';
        out += "[" + m.name + "]\n";
        for (const auto& n : m.value.members())
            out += n.name + "=" + plain("tiny", m.name + "/" + n.name, *n.value.element()) + "\n";
    }
    return out;
}

// ---- key   value, <block> ... </block>; a list repeats its key
static void general_of(const Element& e, size_t depth, std::string& out);
static void general_entry(const std::string& key, const Element& v, size_t depth,
                          std::string& out) {
    std::string blanks(depth * 4, ' ');
    if (v.is(Kind::list)) {
        for (const Element& c : v.list())
            general_entry(key, c, depth, out);
    } else if (v.is(Kind::dict)) {
        out += blanks + "<" + key + ">\n";
        general_of(v, depth + 1, out);
        out += blanks + "</" + key + ">\n";
    } else {
        out += blanks + key + "   " + plain("general", key, v) + "\n";
    }
}
static void general_of(const Element& e, size_t depth, std::string& out) {
    for (const auto& c : e.dict())
        general_entry(std::string(c.key.view()), c.value, depth, out);
}
static std::string general(const Element& e) {
    if (!e.is(Kind::dict))
        throw cannot("general", "anything but an nlist at the top");
    std::string out;
    general_of(e, 0, out);
    return out;
}

// ---- TOML: values first, then tables
static std::string toml_key(const std::string& k) {
    bool bare = !k.empty();
    for (char c : k)
        bare = bare && (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-');
    return bare ? k : "\"" + k + "\"";
}
static std::string toml_value(const Element& e) {
    if (e.is(Kind::string)) {
        std::string out;
        write_json(e, out, {.one_line = true, .plain = true});
        return out;
    }
    if (e.is(Kind::double_) && !std::isfinite(e.double_value()))
        return std::isnan(e.double_value()) ? "nan" : e.double_value() < 0 ? "-inf" : "inf";
    if (e.is_property())
        return property_text(e);
    std::string out;
    if (e.is(Kind::list)) {
        for (const Element& c : e.list())
            out += (out.empty() ? "" : ", ") + toml_value(c);
        return "[" + out + "]";
    }
    for (const auto& m : View(&e).members())
        out +=
            (out.empty() ? "" : ", ") + toml_key(m.name) + " = " + toml_value(*m.value.element());
    return out.empty() ? "{}" : "{ " + out + " }";
}
static void toml_table(const Element& e, const std::string& name, std::string& out) {
    auto members = View(&e).members();
    bool values = std::any_of(members.begin(), members.end(),
                              [](auto& m) { return !m.value.element()->is(Kind::dict); });
    if (!name.empty() && (values || members.empty()))
        out += (out.empty() ? "[" : "\n[") + name + "]\n";
    for (const auto& m : members)
        if (!m.value.element()->is(Kind::dict))
            out += toml_key(m.name) + " = " + toml_value(*m.value.element()) + "\n";
    for (const auto& m : members)
        if (m.value.element()->is(Kind::dict))
            toml_table(*m.value.element(), (name.empty() ? "" : name + ".") + toml_key(m.name),
                       out);
}
static std::string toml(const Element& e) {
    if (!e.is(Kind::dict))
        throw cannot("toml", "anything but an nlist at the top");
    std::string out;
    toml_table(e, "", out);
    return out;
}

// ---- KEY='value' for a shell to read
static std::string shell(const Element& e) {
    std::string out;
    for (const auto& m : View(&e).members()) {
        std::string value = plain("shell", m.name, *m.value.element()), quoted;
        bool simple = !value.empty();
        for (char c : value) {
            simple = simple && (std::isalnum(static_cast<unsigned char>(c)) ||
                                std::string_view("/._-+@%:,").find(c) != std::string_view::npos);
            quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
        }
        for (char c : m.name)
            if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_')
                throw cannot("shell", "the name '" + m.name + "'");
        out += m.name + "=" + (simple ? value : "'" + quoted + "'") + "\n";
    }
    return out;
}

// ---- [Section] with Key=value; a list repeats its key
static std::string systemd(const Element& e) {
    std::string out;
    for (const auto& section : View(&e).members()) {
        if (!section.value.element()->is(Kind::dict))
            throw cannot("systemd", "'" + section.name + "' outside a section");
        if (!out.empty())
            out += '\n';
        out += "[" + section.name + "]\n";
        for (const auto& m : section.value.members())
            for (View v : m.value.items().empty() ? std::vector<View>{m.value} : m.value.items())
                out += m.name + "=" + plain("systemd", section.name + "/" + m.name, *v.element()) +
                       "\n";
    }
    return out;
}

// ---- <name>text</name>; a list repeats its element, "@name" is an attribute, "#text" the text
// beside attributes
static std::string xml_text(std::string_view s) {
    std::string out;
    for (char c : s) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r')
            throw cannot("xml", "a control character");
        out += c == '&'    ? "&amp;"
               : c == '<'  ? "&lt;"
               : c == '>'  ? "&gt;"
               : c == '"'  ? "&quot;"
               : c == '\r' ? "&#13;"
                           : std::string(1, c);
    }
    return out;
}
static const std::string& xml_name(const std::string& name) {
    bool good =
        !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_');
    for (unsigned char c : name)
        good =
            good && (std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80);
    if (!good)
        throw cannot("xml", "the name '" + name + "'");
    return name;
}
static void xml_element(const std::string& name, const Element& e, size_t depth, std::string& out) {
    std::string blanks(depth * 2, ' ');
    if (e.is(Kind::list)) {
        for (const Element& c : e.list())
            xml_element(name, c, depth, out);
        return;
    }
    out += blanks + "<" + xml_name(name);
    std::string text, children;
    if (e.is(Kind::dict)) {
        for (const auto& m : View(&e).members()) {
            const Element& v = *m.value.element();
            if (m.name.starts_with('@'))
                out += " " + xml_name(m.name.substr(1)) + "=\"" +
                       xml_text(plain("xml", m.name, v)) + "\"";
            else if (m.name == "#text")
                text = xml_text(property_text(v));
            else
                xml_element(m.name, v, depth + 1, children);
        }
        if (!text.empty() && !children.empty())
            throw cannot("xml", "text and elements in '" + name + "'");
    } else {
        text = xml_text(property_text(e));
    }
    if (!children.empty())
        out += ">\n" + children + blanks + "</" + name + ">\n";
    else
        out += text.empty() ? "/>\n" : ">" + text + "</" + name + ">\n";
}
static std::string xml(const Element& e) {
    if (!e.is(Kind::dict) || e.size() != 1 || e.dict()[0].value.is(Kind::list))
        throw cannot("xml", "more or less than one element at the top");
    std::string out;
    xml_element(std::string(e.dict()[0].key.view()), e.dict()[0].value, 0, out);
    return out;
}

struct Format {
    std::string_view name, comment;
    std::string (*render)(const Element&);
};
static constexpr Format formats[] = {{"json", "", json},
                                     {"yaml", "#", yaml},
                                     {"yamlmulti", "#", yamlmulti},
                                     {"properties", "#", properties},
                                     {"tiny", "#", tiny},
                                     {"ini", "#", tiny},
                                     {"general", "#", general},
                                     {"toml", "#", toml},
                                     {"shell", "#", shell},
                                     {"systemd", "#", systemd},
                                     {"xml", "", xml}};

std::vector<std::string_view> render_formats() {
    std::vector<std::string_view> names;
    for (const Format& f : formats)
        names.push_back(f.name);
    return names;
}

static const Format& format(std::string_view name) {
    for (const Format& f : formats)
        if (f.name == name)
            return f;
    Error e(exit_data, fmt::format("there is no module '{}' to write a file", name));
    std::vector<std::string> known;
    for (auto n : render_formats())
        known.emplace_back(n);
    e.hint = "there are " + join(known, ", ");
    throw e;
}

std::string render(std::string_view name, const Element& e) { return format(name).render(e); }
std::string_view comment_sign(std::string_view name) { return format(name).comment; }

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

Element convert(const Element& e, const Convert& c) {
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
            bool flat = true;
            for (const Element& i : e.list()) {
                out.list_ref().push_back(convert(i, c));
                flat = flat && i.is_property();
            }
            if (c.lists == Convert::keep || !flat)
                return out;
            return Element::of_string(
                join(View(&out).texts(), c.lists == Convert::by_comma ? "," : " "));
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

}  // namespace weft::ncm
