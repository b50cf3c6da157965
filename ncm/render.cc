// One function a format, found by a table.
#include "ncm/render.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

static Error cannot(std::string_view format, const std::string& what, std::string hint = {}) {
    return Error(exit_data, fmt::format("{} cannot hold {}", format, what), {}, std::move(hint));
}

/// A property as text; booleans are 1 and 0 where a format has no words of its own for them.
static std::string text_of(const Element& e) {
    if (e.is(Kind::boolean))
        return e.boolean() ? "1" : "0";
    return property_text(e);
}

/// A property as text on one line.
static std::string plain(std::string_view format, const std::string& key, const Element& e) {
    if (e.is_resource()) {
        throw cannot(
            format, fmt::format("the {} '{}'", kind_name(e.kind()), key),
            e.is(Kind::list) ? "convert/joincomma or convert/joinspace makes one value of it" : "");
    }
    bool words = format == "shell" || format == "systemd";
    std::string s = words ? property_text(e) : text_of(e);
    if (s.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
        throw cannot(format, fmt::format("the line end in '{}'", key));
    return s;
}

/// A name or value whose blanks at the ends a reader would drop.
static const std::string& firm(std::string_view format, const std::string& what,
                               const std::string& s) {
    if (blank_at_ends(s))
        throw cannot(format, fmt::format("the blank at the end of {} '{}'", what, s));
    if (format == "tiny" && comment_inside(s))
        throw cannot(format, fmt::format("the ';' between blanks in {} '{}'", what, s));
    return s;
}

// ---- JSON: on one line, or a line each

static std::string json_number(const Element& e, bool historic) {
    if (e.is(Kind::double_) && !std::isfinite(e.double_value()))
        throw cannot("json", "the number " + property_text(e));
    return historic && e.is(Kind::double_) ? number_as_perl(e.double_value()) : property_text(e);
}

static void json_of(const Element& e, bool pretty, bool historic, size_t depth, std::string& out) {
    auto line = [&](size_t d) {
        if (pretty) {
            out += '\n';
            out.append(d * 3, ' ');
        }
    };
    if (e.is(Kind::string)) {
        out += json_text(e.string());
    } else if (e.is_property()) {
        out += json_number(e, historic);
    } else if (!e.is_resource()) {
        out += "null";
    } else {
        bool dict = e.is(Kind::dict);
        out += dict ? '{' : '[';
        for (size_t i = 0; i < e.size(); i++) {
            out += i ? "," : "";
            line(depth + 1);
            if (dict)
                out += json_text(e.dict()[i].key.view()) + (pretty ? " : " : ":");
            json_of(e.child(i), pretty, historic, depth + 1, out);
        }
        if (e.size())
            line(depth);
        out += dict ? '}' : ']';
    }
}
static std::string json(const Element& e, bool historic) {
    std::string out;
    json_of(e, false, historic, 0, out);
    return historic ? out : out + "\n";
}
static std::string jsonpretty(const Element& e, bool historic) {
    std::string out;
    json_of(e, true, historic, 0, out);
    return out + "\n";
}

// ---- a.b.c=value

/// As the historic writer breaks a line: after 75 bytes, then 71, at a blank that is alone and not
/// escaped.
static std::string wrapped(std::string_view line) {
    std::string out;
    size_t most = 75;
    auto may_break = [&](size_t at) {
        return line[at] == ' ' && (at == 0 || line[at - 1] != '\\') &&
               (at + 1 == line.size() || line[at + 1] != ' ');
    };
    for (;;) {
        size_t at = std::min(most, line.size());
        if (at < line.size()) {
            while (at && !may_break(at))
                at--;
            if (!may_break(at))
                at = std::min(most + 1, line.size());
            while (at < line.size() && !may_break(at))
                at++;
        }
        out += line.substr(0, at);
        if (at == line.size())
            return out;
        line.remove_prefix(at + 1);
        out += " \\\n    ";
        most = 71;
    }
}
static void properties_of(const Element& e, const std::string& prefix,
                          std::map<std::string, std::string>& out) {
    auto child = [&](const std::string& name, const Element& v) {
        properties_of(v, prefix.empty() ? name : prefix + "." + name, out);
    };
    if (e.is(Kind::dict)) {
        for (const auto& c : e.dict())
            child(std::string(c.key.view()), c.value);
    } else if (e.is(Kind::list)) {
        for (size_t i = 0; i < e.size(); i++)
            child(std::to_string(i), e.list()[i]);
    } else if (!out.emplace(prefix, text_of(e)).second) {
        throw cannot("properties", "two values of '" + prefix + "'");
    }
}
static std::string properties(const Element& e, bool historic) {
    if (!e.is_resource())
        throw cannot("properties", "a single value");
    std::map<std::string, std::string> values;
    properties_of(e, "", values);
    std::string out;
    for (const auto& [key, value] : values) {
        std::string line = properties_key(key) + "=" + properties_value(value);
        out += (historic ? wrapped(line) : line) + "\n";
    }
    return out;
}

// ---- key=value, then [section] with key=value

/// What the reader of a format takes for something else than a name.
static const std::string& ini_name(std::string_view format, const std::string& name) {
    firm(format, "the name", name);
    std::string_view ends = format == "ini" ? "=:\n\r" : "=\n\r";
    if (name.empty() || name.find_first_of(ends) != std::string::npos ||
        std::string_view("[#;").find(name[0]) != std::string_view::npos)
        throw cannot(format, "the name '" + name + "'");
    return name;
}
static const std::string& ini_section(std::string_view format, const std::string& name) {
    firm(format, "the section", name);
    if (name.empty() || name.find_first_of("]\n\r") != std::string::npos)
        throw cannot(format, "the section '" + name + "'");
    return name;
}
static std::string ini_of(std::string_view format, const Element& e, bool historic) {
    if (!e.is(Kind::dict))
        throw cannot(format, "anything but an nlist at the top");
    std::string out;
    auto entry = [&](const std::string& path, const View::Member& m) {
        std::string value = plain(format, path, *m.value.element());
        if (!historic) {
            ini_name(format, m.name);
            firm(format, "the value of '" + path + "'", value);
        }
        out += m.name + "=" + value + "\n";
    };
    for (const auto& m : View(&e).members())
        if (!m.value.element()->is(Kind::dict))
            entry(m.name, m);
    for (const auto& m : View(&e).members()) {
        if (!m.value.element()->is(Kind::dict))
            continue;
        if (!out.empty())
            out += '\n';
        out += "[" + ini_section(format, m.name) + "]\n";
        for (const auto& n : m.value.members())
            entry(m.name + "/" + n.name, n);
    }
    return out;
}
static std::string tiny(const Element& e, bool historic) { return ini_of("tiny", e, historic); }
static std::string ini(const Element& e, bool historic) { return ini_of("ini", e, historic); }

// ---- key value, <"block"> ... </"block">; a list repeats its key
static void general_of(const Element& e, size_t depth, std::string& out);
static void general_entry(const std::string& key, const Element& v, size_t depth,
                          std::string& out) {
    std::string blanks(depth * 4, ' ');
    if (key.find_first_of(std::string_view("\n\r\"\0", 4)) != std::string::npos)
        throw cannot("general", "the name '" + key + "'");
    if (v.is(Kind::list)) {
        for (const Element& c : v.list()) {
            if (c.is(Kind::list))
                throw cannot("general", "a list in the list '" + key + "'");
            general_entry(key, c, depth, out);
        }
    } else if (v.is(Kind::dict)) {
        out += blanks + "<\"" + key + "\">\n";
        general_of(v, depth + 1, out);
        out += blanks + "</\"" + key + "\">\n";
    } else {
        out += blanks + key + " " + plain("general", key, v) + "\n";
    }
}
static void general_of(const Element& e, size_t depth, std::string& out) {
    for (const auto& c : e.dict())
        general_entry(std::string(c.key.view()), c.value, depth, out);
}
static std::string general(const Element& e, bool) {
    if (!e.is(Kind::dict))
        throw cannot("general", "anything but an nlist at the top");
    std::string out;
    general_of(e, 0, out);
    return out;
}

// ---- TOML: values first, then tables
static std::string toml_value(const Element& e) {
    if (e.is(Kind::string))
        return toml_text(e.string());
    if (!e.is_property() && !e.is_resource())
        throw cannot("toml", "a null");
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
static std::string toml(const Element& e, bool) {
    if (!e.is(Kind::dict))
        throw cannot("toml", "anything but an nlist at the top");
    std::string out;
    toml_table(e, "", out);
    return out;
}

// ---- KEY='value' for a shell to read
static std::string shell(const Element& e, bool) {
    if (!e.is(Kind::dict))
        throw cannot("shell", "anything but an nlist at the top");
    std::string out;
    for (const auto& m : View(&e).members())
        out += variable_name(m.name) + "=" + sh_word(plain("shell", m.name, *m.value.element())) +
               "\n";
    return out;
}

// ---- [Section] with Key=value; a list repeats its key

static std::string systemd_value(const std::string& path, const Element& e) {
    std::string value = firm("systemd", "the value of '" + path + "'", plain("systemd", path, e));
    // Before the line end it would join the next line to this one.
    if (value.ends_with('\\'))
        throw cannot("systemd", "the backslash at the end of '" + path + "'");
    return value;
}

static std::string systemd(const Element& e, bool) {
    if (!e.is(Kind::dict))
        throw cannot("systemd", "anything but an nlist at the top");
    std::string out;
    for (const auto& section : View(&e).members()) {
        if (!section.value.element()->is(Kind::dict))
            throw cannot("systemd", "'" + section.name + "' outside a section");
        if (!out.empty())
            out += '\n';
        out += "[" + ini_section("systemd", section.name) + "]\n";
        for (const auto& m : section.value.members()) {
            std::string path = section.name + "/" + m.name;
            ini_name("systemd", m.name);
            for (View v :
                 m.value.element()->is(Kind::list) ? m.value.items() : std::vector<View>{m.value})
                out += m.name + "=" + systemd_value(path, *v.element()) + "\n";
        }
    }
    return out;
}

// ---- <name>text</name>; a list repeats its element, "@name" is an attribute, "#text" the text
// beside attributes
static std::string xml_text(const Element& e, bool attribute) {
    std::string out, s = property_text(e);
    json_text(s);  // is it UTF-8?
    for (size_t i = 0; i < s.size(); i++) {
        char c = s[i];
        bool blank = c == '\n' || c == '\t';
        if ((static_cast<unsigned char>(c) < 0x20 && !blank && c != '\r') ||
            s.compare(i, 3, "\xEF\xBF\xBE") == 0 || s.compare(i, 3, "\xEF\xBF\xBF") == 0)
            throw cannot("xml", "a control character");
        out += c == '&'             ? "&amp;"
               : c == '<'           ? "&lt;"
               : c == '>'           ? "&gt;"
               : c == '"'           ? "&quot;"
               : c == '\r'          ? "&#13;"
               : attribute && blank ? fmt::format("&#{};", int(c))
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
            bool attribute = m.name.starts_with('@');
            if ((attribute || m.name == "#text") && v.is_resource())
                throw cannot("xml", fmt::format("the {} '{}'", kind_name(v.kind()), m.name));
            if (attribute)
                out += " " + xml_name(m.name.substr(1)) + "=\"" + xml_text(v, true) + "\"";
            else if (m.name == "#text")
                text = xml_text(v, false);
            else
                xml_element(m.name, v, depth + 1, children);
        }
        if (!text.empty() && !children.empty())
            throw cannot("xml", "text and elements in '" + name + "'");
    } else {
        text = xml_text(e, false);
    }
    if (!children.empty())
        out += ">\n" + children + blanks + "</" + name + ">\n";
    else
        out += text.empty() ? "/>\n" : ">" + text + "</" + name + ">\n";
}
static std::string xml(const Element& e, bool) {
    if (!e.is(Kind::dict) || e.size() != 1 || e.dict()[0].value.is(Kind::list))
        throw cannot("xml", "more or less than one element at the top");
    std::string out;
    xml_element(std::string(e.dict()[0].key.view()), e.dict()[0].value, 0, out);
    return out;
}

struct Format {
    std::string_view name, comment;
    std::string (*render)(const Element&, bool historic);
};
static constexpr Format formats[] = {{"json", "", json},
                                     {"jsonpretty", "", jsonpretty},
                                     {"yaml", "#", render_yaml},
                                     {"yamlmulti", "#", render_yaml_documents},
                                     {"properties", "#", properties},
                                     {"tiny", "#", tiny},
                                     {"ini", "#", ini},
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

std::string render(std::string_view name, const Element& e, bool historic) {
    return format(name).render(e, historic);
}
std::string_view comment_sign(std::string_view name) { return format(name).comment; }

}  // namespace weft::ncm
