// One short function a format; all walk the same tree, which is as deep as its reader allowed.
#include "ncm/show.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

namespace {

struct At {
    const Path& path;  ///< of the element
    int depth;         ///< 0: the one asked for
};

std::string value_text(const Element& e) { return property_text(e); }

/// Below these, keys are escaped names of files and packages.
bool has_escaped_children(const Path& p) {
    static const std::vector<std::string> parents = {
        "/software/components/metaconfig/services", "/software/components/filecopy/services",
        "/software/components/download/files", "/software/packages"};
    std::string text = p.text();
    for (const std::string& parent : parents)
        if (text == parent)
            return true;
    return p.terms().size() == 3 && text.starts_with("/software/packages/");
}

template <class F>
void each_child(const Element& e, F f) {
    if (e.is(Kind::list))
        for (size_t i = 0; i < e.size(); i++)
            f(Term(int32_t(i)), e.list()[i]);
    else if (e.is(Kind::dict))
        for (const Dict::Entry& c : e.dict())
            f(Term(c.key), c.value);
}

void query(const Element& e, const Path& path, int depth, bool types, std::string& out) {
    out.append(size_t(depth) * 2, ' ');
    std::string name = path.is_root() ? "/" : path.terms().back().text();
    if (e.is_property()) {
        std::string text = value_text(e);
        if (types)
            out += fmt::format("$ {} : ({}) '{}'\n", name, kind_name(e.kind()), text);
        else
            out += e.is(Kind::string) ? fmt::format("$ {} : '{}'\n", name, text)
                                      : fmt::format("$ {} : {}\n", name, text);
        return;
    }
    if (!depth)
        name = shown_path(path);
    else
        name = shown_name(path.up(), path.terms().back());
    out += "+-" + name + '\n';
    each_child(e, [&](Term t, const Element& c) { query(c, path / t, depth + 1, types, out); });
}

std::string pan_string(std::string_view s) {
    std::string out = "\"";
    for (char c : s) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default: out += c;
        }
    }
    return out + '"';
}

void pan(const Element& e, const Path& path, std::string& out) {
    if (e.is_property())
        out += fmt::format("\"{}\" = {}; # {}\n", shown_path(path),
                           e.is(Kind::string) ? pan_string(e.string()) : value_text(e),
                           kind_name(e.kind()));
    each_child(e, [&](Term t, const Element& c) { pan(c, path / t, out); });
}

std::string attribute(std::string_view s) {
    std::string out;
    for (char c : s) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

std::string cdata(const std::string& s) {
    if (s.find_first_of("<>&") == std::string::npos)
        return s;
    std::string out = "<![CDATA[";
    for (size_t at = 0;;) {
        size_t end = s.find("]]>", at);
        out += s.substr(at, end == std::string::npos ? end : end + 2 - at);
        if (end == std::string::npos)
            return out + "]]>";
        out += "]]><![CDATA[";
        at = end + 2;
    }
}

void pancxml(const Element& e, std::string_view name, int depth, std::string& out) {
    std::string indent(size_t(depth) * 4, ' ');
    std::string tag(kind_name(e.kind()));
    out += indent + '<' + tag;
    if (!depth)
        out += " format=\"pan\"";
    if (!name.empty())
        out += fmt::format(" name=\"{}\"", attribute(name));
    out += '>';
    if (e.is_property()) {
        out += cdata(value_text(e));
    } else {
        out += '\n';
        each_child(e, [&](Term t, const Element& c) {
            pancxml(c, t.is_key() ? t.key.view() : "", depth + 1, out);
        });
        out += indent;
    }
    out += "</" + tag + ">\n";
}

std::string yaml_string(std::string_view s) {
    static const std::vector<std::string_view> words = {
        "",      "~",     "null", "Null", "NULL", "true", "True", "TRUE", "false",
        "False", "FALSE", "yes",  "Yes",  "YES",  "no",   "No",   "NO",   "on",
        "On",    "ON",    "off",  "Off",  "OFF",  "y",    "Y",    "n",    "N"};
    bool control = false;
    for (unsigned char c : s)
        control = control || c < 0x20 || c == 0x7f;
    if (control) {
        std::string out = "\"";
        for (unsigned char c : s) {
            if (c == '"' || c == '\\')
                out += fmt::format("\\{}", char(c));
            else if (c == '\n')
                out += "\\n";
            else if (c == '\t')
                out += "\\t";
            else if (c < 0x20 || c == 0x7f)
                out += fmt::format("\\x{:02x}", c);
            else
                out += char(c);
        }
        return out + '"';
    }
    bool plain =
        !s.empty() && std::find(words.begin(), words.end(), s) == words.end() &&
        std::string_view("-?:,[]{}#&*!|>'\"%@`=<. +~").find(s[0]) == std::string_view::npos &&
        s.back() != ' ' && s.back() != ':' && !(s[0] >= '0' && s[0] <= '9') &&
        s.find(": ") == std::string_view::npos && s.find(" #") == std::string_view::npos;
    if (plain)
        return std::string(s);
    std::string out = "'";
    for (char c : s)
        out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

/// `first`: what already stands on the current line ("- ", "key:"), so the element goes behind or
/// below it.
void yaml(const Element& e, int indent, bool in_list, std::string& out) {
    if (e.is_property()) {
        out += (e.is(Kind::string) ? yaml_string(e.string()) : value_text(e)) + '\n';
        return;
    }
    if (!e.size()) {
        out += e.is(Kind::list) ? "[]\n" : "{}\n";
        return;
    }
    bool first = in_list;  // the first child goes on the line of its dash
    each_child(e, [&](Term t, const Element& c) {
        if (!std::exchange(first, false))
            out.append(size_t(indent), ' ');
        if (!t.is_key()) {
            out += "- ";
            yaml(c, indent + 2, true, out);
            return;
        }
        out += yaml_string(t.key.view()) + ':';
        if (c.is_property() || !c.size()) {
            out += ' ';
            yaml(c, indent, false, out);
        } else {
            out += '\n';
            yaml(c, c.is(Kind::list) ? indent : indent + 2, false, out);
        }
    });
}

void completion(const Element& e, const Path& path, std::string& out) {
    out += path.is_root() ? "" : path.text();
    out += e.is_resource() ? "/\n" : "\n";
    each_child(e, [&](Term t, const Element& c) { completion(c, path / t, out); });
}

struct Format {
    std::string_view name;
    void (*write)(const Element&, const Path&, std::string&);
};
const Format formats[] = {
    {"query",
     [](const Element& e, const Path& p, std::string& out) {
         query(e, p, 0, false, out);
     }},
    {"ncmquery",
     [](const Element& e, const Path& p, std::string& out) {
         query(e, p, 0, true, out);
     }},
    {"pan",
     [](const Element& e, const Path& p, std::string& out) {
         pan(e, p, out);
     }},
    {"pancxml",
     [](const Element& e, const Path&, std::string& out) {
         out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
         pancxml(e, "profile", 0, out);
     }},
    {"json",
     [](const Element& e, const Path&, std::string& out) {
         write_json(e, out, {.one_line = true, .plain = true});
         out += '\n';
     }},
    {"jsonpretty",
     [](const Element& e, const Path&, std::string& out) {
         write_json(e, out, {.plain = true});
         if (!out.ends_with('\n'))
             out += '\n';
     }},
    {"yaml",
     [](const Element& e, const Path&, std::string& out) {
         bool bare = e.is_property() || !e.size();
         out += bare ? "--- " : "---\n";
         yaml(e, 0, false, out);
     }},
    {"tabcompletion",
     [](const Element& e, const Path& p, std::string& out) {
         completion(e, p, out);
     }},
};

}  // namespace

std::string shown_name(const Path& parent, const Term& t) {
    if (!t.is_key() || !has_escaped_children(parent))
        return t.text();
    auto plain = unescape(t.key.view());
    return plain ? '{' + *plain + '}' : t.text();
}

std::string shown_path(const Path& p) {
    if (p.is_root())
        return "/";
    std::string out;
    Path up;
    for (const Term& t : p.terms()) {
        out += '/' + shown_name(up, t);
        up = up / t;
    }
    return out;
}

std::string show(const Element& e, const Path& path, std::string_view format) {
    for (const Format& f : formats)
        if (f.name == format) {
            std::string out;
            f.write(e, path, out);
            return out;
        }
    std::string all;
    for (const Format& f : formats)
        all += (all.empty() ? "" : ", ") + std::string(f.name);
    throw Error(exit_usage, fmt::format("unknown format '{}'", format), {}, "it is one of " + all);
}

}  // namespace weft::ncm
