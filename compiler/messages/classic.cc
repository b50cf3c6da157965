// Messages in the shape of the classic compiler, for scripts that read them (pan-language 9.5).
#include <fmt/core.h>

#include "compiler/compile.hh"

namespace weft::compiler {

static std::string range(const Where& w) {
    if (w.file.empty())
        return "?";
    if (!w.line)
        return w.file;
    return fmt::format("{}:{}.{}-{}.{}", w.file, w.line, w.col, w.end_line ? w.end_line : w.line,
                       w.end_col ? w.end_col : w.col);
}

std::string TemplateError::classic() const {
    if (cls == ErrorClass::validation) {
        std::string_view text = message;
        if (!element_path.empty() && text.starts_with(element_path + ": "))
            text.remove_prefix(element_path.size() + 2);
        if (!cause.empty())
            text = text.substr(0, text.find(':'));  // the rest is the cause's
        std::string s = fmt::format("validation error [{}]\n{}\n",
                                    !object_file.empty()  ? object_file
                                    : !where.file.empty() ? where.file
                                                          : object,
                                    text);
        if (!element_path.empty())
            s += fmt::format("element path: '{}'\n", element_path);
        if (!element_value.empty())
            s += fmt::format("element value: {}\n", element_value);
        for (const Frame& f : types)
            s += fmt::format("{} [{}]\n", f.what, range(f.where));
        if (!cause.empty())
            s += "caused by: " + cause;
        return s + '\n';
    }
    // Of an included file's mistake in syntax: at the statement that includes it, with the whole
    // message as text.
    bool included = cls == ErrorClass::evaluation && !cause.empty() && !trace.empty();
    std::string s =
        included ? fmt::format("evaluation error [{}]\n{}", range(trace[0].where), cause)
                 : fmt::format("{} [{}]\n{}\n", error_class_name(cls), range(where), message);
    if (trace.empty())
        return s;
    s += ">>> call stack trace \n";
    if (!included)
        s += fmt::format(">>> [{}]\n", range(where));
    for (const Frame& f : trace)
        s += fmt::format(">>> [{}]\n", range(f.where));
    return s + ">>> ====================\n\n";
}

}  // namespace weft::compiler
