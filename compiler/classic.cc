// Messages in the shape of the classic compiler, for scripts that read them (pan-language 9.5).
#include <fmt/core.h>

#include "compiler/compile.hh"

namespace weft::compiler {

static std::string range(const Where& w) {
    if (w.file.empty()) return "?";
    if (!w.line) return w.file;
    return fmt::format("{}:{}.{}-{}.{}", w.file, w.line, w.col, w.end_line ? w.end_line : w.line, w.end_col ? w.end_col : w.col);
}

std::string TemplateError::classic() const {
    std::string s = fmt::format("{} [{}]\n{}\n", error_class_name(cls), cls == ErrorClass::validation && where.file.empty() ? object : range(where), message);
    if (cls == ErrorClass::validation) {
        if (!element_path.empty()) s += fmt::format("element path: '{}'\n", element_path);
        if (!element_value.empty()) s += fmt::format("element value: {}\n", element_value);
        for (const Frame& f : trace) s += fmt::format("{} [{}]\n", f.what, range(f.where));
        return s;
    }
    if (trace.empty()) return s;
    s += ">>> call stack trace \n";
    s += fmt::format(">>> [{}]\n", range(where));
    for (const Frame& f : trace) s += fmt::format(">>> [{}]\n", range(f.where));
    return s + ">>> ====================\n\n";
}

}  // namespace weft::compiler
