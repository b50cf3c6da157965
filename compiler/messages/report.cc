// Gathering messages and printing them, for people, for old scripts, for programs.
#include "compiler/messages/report.hh"

#include <fmt/core.h>

#include <map>
#include <tuple>

#include "base/file.hh"
#include "base/noun/profile.hh"

namespace weft::compiler {

/// The code that failed, whichever object it ran for: the place and those that led to it, without
/// the object's own file and the places of values, which differ from object to object.
static std::string code_of(const TemplateError& e) {
    std::string code = fmt::format("\n{}", int(e.cls));
    for (const Error::Frame& f : e.trace)
        if (f.where.file != e.object_file && !f.what.ends_with(" set at"))
            code += fmt::format("\n{}:{}:{}", f.where.file, f.where.line, f.where.col);
    return code;
}

void report(const std::vector<TemplateError>& errors, std::ostream& out, Shape shape,
            bool all_objects) {
    struct Entry {
        const TemplateError* error;
        size_t objects;
        bool differ = false;  ///< in their texts
    };
    bool by_code = shape == Shape::plain && !all_objects;
    std::map<std::tuple<std::string, int, int, std::string>, Entry> distinct;
    for (const TemplateError& e : errors) {
        // An object stops at its first mistake of these kinds: what else fails there is others'.
        bool once = e.cls == ErrorClass::evaluation || e.cls == ErrorClass::validation;
        auto [it, added] = distinct.try_emplace(
            {e.where.file, e.where.line, e.where.col, by_code && once ? code_of(e) : e.message},
            Entry{&e, 0});
        Entry& entry = it->second;
        entry.objects++;
        // Told as the first object by name has it, whichever was built first.
        const TemplateError& had = *entry.error;
        entry.differ |= had.message != e.message;
        if (!added && (e.object < had.object || (e.object == had.object && e.text() < had.text())))
            entry.error = &e;
    }
    for (auto& [key, entry] : distinct) {
        const TemplateError& e = *entry.error;
        switch (shape) {
            case Shape::json: out << json_message(e, entry.objects); break;
            case Shape::classic: out << e.classic(); break;
            case Shape::plain: {
                out << e.text("panc", error_class_name(e.cls));
                if (entry.objects < 2)
                    break;
                size_t more = entry.objects - 1;
                std::string_view plural = more > 1 ? "s" : "";
                if (entry.differ)
                    out << fmt::format("  ({} more object{}: --all-objects shows {})\n", more,
                                       plural, more > 1 ? "theirs" : "its message");
                else
                    out << fmt::format("  (the same in {} more object{})\n", more, plural);
            }
        }
    }
}

static void put(Element& d, std::string_view key, std::string_view text) {
    if (!text.empty())
        d.dict_ref().at(Key(key)) = Element::of_string(text);
}
static void put(Element& d, std::string_view key, int64_t n) {
    d.dict_ref().at(Key(key)) = Element::of_long(n);
}
static void put(Element& d, const Where& w) {
    put(d, "file", w.file);
    if (!w.line)
        return;
    put(d, "line", w.line);
    put(d, "column", w.col);
    put(d, "end_line", w.end_line ? w.end_line : w.line);
    put(d, "end_column", w.end_col ? w.end_col : w.col);
}

std::string json_line(const Element& dict) {
    std::string text;
    write_json(dict, text, {.one_line = true, .plain = true});
    while (text.ends_with('\n'))
        text.pop_back();
    return text + '\n';
}

std::string json_message(const TemplateError& e, size_t objects) {
    Element d = Element::new_dict();
    put(d, "severity", "error");
    put(d, "class", error_class_name(e.cls));
    put(d, "object", e.object);
    if (objects > 1)
        put(d, "objects", int64_t(objects));
    put(d, "message", e.message);
    put(d, "hint", e.hint);
    put(d, e.where);
    put(d, "source", e.line);
    put(d, "element_path", e.element_path);
    put(d, "element_value", e.element_value);
    if (!e.trace.empty()) {
        Element trace = Element::new_list();
        for (const Error::Frame& f : e.trace) {
            Element x = Element::new_dict();
            put(x, "what", f.what);
            put(x, f.where);
            put(x, "source", f.line);
            trace.list_ref().push_back(std::move(x));
        }
        d.dict_ref().at(Key("trace")) = std::move(trace);
    }
    return json_line(d);
}

std::string json_note(std::string_view text) {
    std::string out;
    for (std::string_view line : lines(text)) {
        Element d = Element::new_dict();
        put(d, "severity", line.find("warning") != std::string_view::npos ? "warning" : "note");
        put(d, "message", line);
        out += json_line(d);
    }
    return out;
}

}  // namespace weft::compiler
