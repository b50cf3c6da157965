// Reading back what was written, and telling the differences.
#include "compiler/build/compare.hh"

#include <fmt/core.h>
#include <sys/stat.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/noun/shown.hh"
#include "base/wrap/gzip.hh"
#include "compiler/messages/report.hh"

namespace weft::compiler {

static Element read_profile(std::string text, const std::string& path) {
    if (path.ends_with(".gz"))
        text = gunzip(text);
    return path.ends_with(".json") || path.ends_with(".json.gz") ? read_json(text, path)
                                                                 : read_xml(text, path);
}

std::optional<Element> earlier_output(const std::string& from, const std::string& object) {
    struct stat st;
    if (stat(from.c_str(), &st) == 0 && !S_ISDIR(st.st_mode))
        return read_profile(read_file(from), from);
    for (const char* suffix : {".xml", ".json", ".xml.gz", ".json.gz"}) {
        std::string path = from + '/' + object + suffix;
        if (auto text = read_if_exists(path))
            return read_profile(std::move(*text), path);
    }
    return std::nullopt;
}

static const Element& nothing() {
    static const Element e = [] {
        Element d = Element::new_dict();
        d.freeze();
        return d;
    }();
    return e;
}

std::string differences(const std::optional<Element>& before, const Result& r) {
    std::string out;
    if (!before)
        out += fmt::format("{}: there was none before\n", r.name);
    for (const TreeChange& c : diff_trees(before ? *before : nothing(), r.root)) {
        if (c.before)
            out += fmt::format("{}:{} - {}\n", r.name, c.path.text(), shown_value(*c.before));
        if (c.after)
            out += fmt::format("{}:{} + {}\n", r.name, c.path.text(), shown_value(*c.after));
    }
    return out;
}

std::string json_differences(const std::optional<Element>& before, const Result& r) {
    std::string out;
    for (const TreeChange& c : diff_trees(before ? *before : nothing(), r.root)) {
        Element d = Element::new_dict();
        d.dict_ref().at(Key("object")) = Element::of_string(r.name);
        d.dict_ref().at(Key("path")) = Element::of_string(c.path.text());
        if (c.before)
            d.dict_ref().at(Key("before")) = *c.before;
        if (c.after)
            d.dict_ref().at(Key("after")) = *c.after;
        out += json_line(d);
    }
    return out;
}

}  // namespace weft::compiler
