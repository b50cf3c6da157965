// The table of formats, and the writers of the smaller ones.
#include "compiler/output/output.hh"

#include <fmt/core.h>

#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/wrap/gzip.hh"
#include "compiler/output/edg.hh"
#include "compiler/output/xmldb.hh"

namespace weft::compiler {

static void xml(const Result& r, std::string& out) {
    thread_local TextCache texts(size_t(14) << 20);
    write_xml(r.root, out, {.cache = &texts});
}
static void json(const Result& r, std::string& out) {
    thread_local TextCache texts(size_t(7) << 20);
    write_json(r.root, out, {.cache = &texts});
}
static void empty(const Result&, std::string&) {}
static void origins(const Result& r, std::string& out) { out += write_origins(r); }

/// NAME TYPE URI, sorted; an absent one ends with a blank.
static void dependencies(const Result& r, std::string& out) {
    std::string last, line;
    for (const Dependency* d : r.dependencies) {
        if (d->type == Dependency::seen)
            continue;
        line = fmt::format("{} {} {}\n", d->name, dependency_type_name(d->type),
                           d->root.empty() ? "" : "file:" + d->root);
        if (line != last)
            out += line;
        std::swap(line, last);
    }
}

static void text_tree(const Element& e, const std::string& name, size_t level, std::string& out) {
    out.append(2 * level, ' ');
    if (e.is_property()) {
        out += fmt::format("$ {} : ({}) '{}'\n", name, kind_name(e.kind()), property_text(e));
        return;
    }
    out += "+-" + name + '\n';
    if (e.is(Kind::dict))
        for (const Dict::Entry& c : e.dict())
            text_tree(c.value, std::string(c.key.view()), level + 1, out);
    else
        for (size_t i = 0; i < e.list().size(); i++)
            text_tree(e.list()[i], std::to_string(i), level + 1, out);
}
static void text(const Result& r, std::string& out) { text_tree(r.root, "profile", 0, out); }

static std::string dot_quoted(std::string_view s) {
    std::string out = "\"";
    for (char c : s) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

/// name\ntext, the text short and in one line; the \n is dot's own.
static std::string dot_label(const Element& e, std::string_view name) {
    if (!e.is_property())
        return dot_quoted(name);
    std::string value;
    bool quoted = e.is(Kind::string), gap = false;
    for (char c : property_text(e)) {
        bool line = c == '\n' || c == '\r';
        if (!line)
            value += c;
        else if (!gap)
            value += ' ';
        gap = line;
    }
    if (quoted)
        value.insert(0, 1, '\'');
    if (value.size() > 15) {
        size_t n = 12;
        while (n && (static_cast<unsigned char>(value[n]) & 0xC0) == 0x80)
            n--;
        value = value.substr(0, n) + "...";
    }
    if (quoted)
        value += '\'';
    std::string left = dot_quoted(name), right = dot_quoted(value);
    return left.substr(0, left.size() - 1) + "\\n" + right.substr(1);
}

static void dot_tree(const Element& e, const std::string& path, std::string& out) {
    auto child = [&](const Element& c, const std::string& name) {
        std::string below = path + '/' + name;
        out += fmt::format("{} [ label = {} ]\n", dot_quoted(below), dot_label(c, name));
        out += fmt::format("{} -> {}\n", dot_quoted(path), dot_quoted(below));
        dot_tree(c, below, out);
    };
    if (e.is(Kind::dict))
        for (const Dict::Entry& c : e.dict())
            child(c.value, std::string(c.key.view()));
    else if (e.is(Kind::list))
        for (size_t i = 0; i < e.list().size(); i++)
            child(e.list()[i], std::to_string(i));
}
static void dot(const Result& r, std::string& out) {
    out +=
        "digraph \"profile\" {\nbgcolor = beige\nnode [ color = black, shape = box, "
        "fontname=Helvetica ]\n"
        "edge [ color = black ]\n\"/profile\" [ label = \"profile\"]\n";
    dot_tree(r.root, "/profile", out);
    out += "}\n";
}

static constexpr Format formats[] = {
    {"pan", ".xml", xml},
    {"pan.gz", ".xml.gz", xml, true},
    {"xml", ".xml", xml},
    {"xml.gz", ".xml.gz", xml, true},
    {"json", ".json", json},
    {"json.gz", ".json.gz", json, true},
    {"text", ".txt", text},
    {"txt", ".txt", text},
    {"dot", ".dot", dot},
    {"null", ".null", empty},
    {"dep", ".dep", dependencies},
    {"dep.gz", ".dep.gz", dependencies, true},
    {"origins", ".origins", origins},
    {"xmldb", ".xml", write_xmldb},
    {"xmldb.gz", ".xml.gz", write_xmldb, true},
    {"edg", ".xml", write_edg},
};

std::vector<const Format*> parse_formats(std::string_view list) {
    std::vector<const Format*> out;
    while (!list.empty()) {
        size_t comma = std::min(list.find(','), list.size());
        std::string_view word = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (word.starts_with(' '))
            word.remove_prefix(1);
        while (word.ends_with(' '))
            word.remove_suffix(1);
        if (word.empty() || word == "none")
            continue;
        const Format* found = nullptr;
        std::vector<std::string_view> keys;
        for (const Format& f : formats) {
            keys.push_back(f.key);
            if (f.key == word)
                found = &f;
        }
        if (!found) {
            std::string_view near = nearest(word, keys);
            throw Error(exit_usage, fmt::format("unknown format '{}'", word), {},
                        near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        for (const Format* f : out)
            if (f->suffix == found->suffix && f->write != found->write)
                throw Error(exit_usage,
                            fmt::format("the formats '{}' and '{}' would write the same file",
                                        f->key, found->key));
        if (std::none_of(out.begin(), out.end(),
                         [&](auto* f) { return f->suffix == found->suffix; }))
            out.push_back(found);
    }
    return out;
}

std::vector<Written> files_of(const std::string& object, const std::vector<const Format*>& list,
                              const OutputOptions& options) {
    std::vector<Written> out;
    for (const Format* f : list)
        out.push_back(
            {std::string(f->key), options.folder + '/' + object + std::string(f->suffix)});
    return out;
}

std::vector<Written> write_result(const Result& r, const std::vector<const Format*>& list,
                                  const OutputOptions& options) {
    std::vector<Written> files = files_of(r.name, list, options);
    if (!options.noaction)
        if (size_t slash = r.name.rfind('/'); slash != std::string::npos)
            make_dirs(options.folder + '/' + r.name.substr(0, slash));
    thread_local std::string out;  // its room is used again for the next object
    for (size_t i = 0; i < list.size(); i++) {
        out.clear();
        list[i]->write(r, out);
        FileAttributes attributes;
        attributes.noaction = options.noaction;
        attributes.sync =
            false;  // a profile can be made again; a crash leaves the old or the new one
        attributes.mtime = r.finished / 1'000'000'000;
        if (list[i]->gzip)
            out = gzip(out);
        files[i].differs = write_file(files[i].path, out, attributes) >= Change::contents;
    }
    return files;
}

}  // namespace weft::compiler
