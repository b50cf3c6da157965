// One walk over the declarations makes a tree of nodes; XML and JSON are two ways to print it.
#include "compiler/tools/annotations.hh"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/noun/profile.hh"

namespace weft::compiler {
namespace {

struct Node {
    std::string kind;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Node> children;
    std::string text;  ///< of an annotation's entry
    bool annotation = false;
};

std::string range_of(Span s) {
    return fmt::format("{}.{}-{}.{}", s.line, s.col, s.end_line, s.end_col);
}

/// The nearest annotation first.
void add_notes(const Template& t, Annotated notes, Node& to) {
    for (uint32_t i = notes.to; i-- > notes.from;) {
        const Annotation& a = t.annotations[i];
        Node named{a.name, {}, {}, {}, true};
        Node& into = a.name.empty() ? to : named;
        for (auto& [key, value] : a.entries)
            into.children.push_back({key, {}, {}, value, true});
        if (!a.name.empty())
            to.children.push_back(std::move(named));
    }
}

/// The value of a default that is one literal in the source; nothing when it is computed.
std::optional<std::string> literal_default(const FullType& type) {
    if (!type.has_default || !type.default_literal)
        return std::nullopt;
    return property_text(type.default_value);
}

Node base_type(const Template& t, const TypeSpec* type) {
    while (type->kind == TypeSpec::list || type->kind == TypeSpec::dict ||
           type->kind == TypeSpec::link)
        type = type->of;
    Node n{"basetype"};
    if (type->kind == TypeSpec::choice)
        n.attributes.emplace_back("name", "choice");
    else if (type->kind != TypeSpec::record)
        n.attributes.emplace_back("name", symbol_text(Name::type, type->symbol).view());
    n.attributes.emplace_back("source-range", range_of(type->span));
    n.attributes.emplace_back("extensible", type->extensible ? "true" : "false");
    if (type->range.given)
        n.attributes.emplace_back(
            "range",
            fmt::format("{}..{}", type->range.low,
                        type->range.high == INT64_MAX ? "" : std::to_string(type->range.high)));
    if (type->kind != TypeSpec::record)
        return n;

    std::vector<std::pair<Span, Node>> items;
    for (const TypeSpec::Include& i : type->includes) {
        std::string name(symbol_text(Name::type, i.symbol).view());
        Span s = i.span;
        s.line = s.end_line;
        s.col = s.end_col + 1 - uint32_t(name.size());
        items.emplace_back(s, Node{"include", {{"name", name}, {"source-range", range_of(s)}}});
    }
    for (auto* fields : {&type->required, &type->optional})
        for (const Field& f : *fields) {
            Node field{"field",
                       {{"name", std::string(f.key.view())},
                        {"source-range", range_of(f.name_span)},
                        {"required", fields == &type->required ? "true" : "false"}}};
            add_notes(t, f.notes, field);
            field.children.push_back(base_type(t, f.type.type));
            if (auto text = literal_default(f.type))
                field.children.push_back(
                    {"default",
                     {{"source-range", range_of(f.type.default_span)}, {"text", *text}}});
            items.emplace_back(f.span, std::move(field));
        }
    std::sort(items.begin(), items.end(), [](auto& a, auto& b) {
        return std::tie(a.first.line, a.first.col) < std::tie(b.first.line, b.first.col);
    });
    for (auto& [span, item] : items)
        n.children.push_back(std::move(item));
    return n;
}

Node document(const Template& t) {
    std::string kind(template_kind_name(t.kind));
    for (char& c : kind)
        c = char(c >= 'a' && c <= 'z' ? c - 32 : c);
    Node root{"template", {{"name", t.name}, {"source-range", range_of(t.header)}, {"type", kind}}};
    add_notes(t, t.notes, root);
    for (const Statement& s : t.statements) {
        using K = Statement::Kind;
        if (s.kind == K::bind)
            root.children.push_back(base_type(t, s.type.type));
        if (s.kind != K::variable && s.kind != K::function && s.kind != K::type)
            continue;
        Name names = s.kind == K::variable   ? Name::variable
                     : s.kind == K::function ? Name::function
                                             : Name::type;
        Node n{s.kind == K::variable   ? "variable"
               : s.kind == K::function ? "function"
                                       : "type",
               {{"name", std::string(symbol_text(names, s.symbol).view())},
                {"source-range", range_of(s.span)}}};
        add_notes(t, s.notes, n);
        if (s.kind == K::type) {
            n.children.push_back(base_type(t, s.type.type));
            if (auto text = literal_default(s.type))
                n.children.push_back(
                    {"default",
                     {{"source-range", range_of(s.type.default_span)}, {"text", *text}}});
        }
        root.children.push_back(std::move(n));
    }
    return root;
}

void escape(std::string& out, std::string_view s, bool attribute) {
    for (char c : s) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '\r' || (attribute && (c == '"' || c == '\n' || c == '\t')))
            out += c == '"' ? "&quot;" : fmt::format("&#{};", int(c));
        else if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
            out += "\xEF\xBF\xBD";  // XML has no such character
        else
            out += c;
    }
}

void print(std::string& out, const Node& n, const std::string& indent) {
    out += '<' + n.kind;
    if (n.kind == "template" && indent == "\n")
        out += " xmlns=\"http://quattor.org/pan/annotations\"";
    for (auto& [name, value] : n.attributes) {
        out += ' ' + name + "=\"";
        escape(out, value, true);
        out += '"';
    }
    if (n.children.empty() && n.text.empty()) {
        out += "/>";
        return;
    }
    out += '>';
    escape(out, n.text, false);
    for (const Node& c : n.children) {
        out += indent + "    ";
        print(out, c, indent + "    ");
    }
    if (!n.children.empty())
        out += indent;
    out += "</" + n.kind + '>';
}

/// Attributes and what is known once become members; annotations, fields and so on become lists.
Element json(const Node& n, bool root = true) {
    Element out = Element::new_dict();
    auto put = [](Element& dict, std::string_view key, Element v) {
        dict.dict_ref().at(Key(key)) = std::move(v);
    };
    if (root || n.kind == "variable" || n.kind == "function" || n.kind == "type")
        put(out, "kind", Element::of_string(n.kind));
    for (auto& [name, value] : n.attributes) {
        bool flag = name == "extensible" || name == "required";
        put(out, name, flag ? Element::of_boolean(value == "true") : Element::of_string(value));
    }
    Element notes = Element::new_dict(), items = Element::new_list();
    auto note = [&](Element& dict, const Node& entry) {
        const Element* old = dict.dict().find(Key(entry.kind));  // given again: one more line
        put(dict, entry.kind,
            Element::of_string(old && old->is(Kind::string)
                                   ? std::string(old->string()) + '\n' + entry.text
                                   : entry.text));
    };
    for (const Node& c : n.children) {
        if (c.annotation && c.children.empty()) {
            note(notes, c);
        } else if (c.annotation) {
            Element named = Element::new_dict();
            for (const Node& entry : c.children)
                note(named, entry);
            put(notes, c.kind, std::move(named));
        } else if ((c.kind == "basetype" && n.kind != "template") || c.kind == "default") {
            put(out, c.kind, json(c, false));
        } else {
            Element item = json(c, false);
            if (c.kind == "include" || c.kind == "field" || c.kind == "basetype")
                put(item, "kind", Element::of_string(c.kind));
            items.list_ref().push_back(std::move(item));
        }
    }
    if (notes.size())
        put(out, "annotations", std::move(notes));
    if (items.size())
        put(out, n.kind == "template" ? "statements" : "fields", std::move(items));
    return out;
}

}  // namespace

std::string annotations_xml(const Template& t) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    print(out, document(t), "\n");
    return out += '\n';
}

std::string annotations_json(const Template& t) {
    std::string out;
    write_json(json(document(t)), out, {.plain = true});
    if (!out.ends_with('\n'))
        out += '\n';
    return out;
}

std::string annotation_text(const Template& t, Annotated notes) {
    std::string first, rest;
    for (uint32_t i = notes.from; i < notes.to; i++)
        for (auto& [key, value] : t.annotations[i].entries) {
            size_t from = std::min(value.find_first_not_of(" \t\r\n"), value.size()),
                   to = value.find_last_not_of(" \t\r\n") + 1;
            std::string text = value.substr(from, std::max(to, from) - from);
            if (key == "desc")
                first += text + '\n';
            else
                rest += key + ": " + text + '\n';
        }
    return first + rest;
}

}  // namespace weft::compiler
