// panfmt - lay out Pan templates in one way                          page: man/panfmt.1
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/program.hh"
#include "compiler/tools/reformat.hh"

using namespace weft;
namespace fs = std::filesystem;

static constexpr size_t largest = size_t(64) << 20;

static std::string standard_input() {
    std::string text;
    char buffer[1 << 16];
    ssize_t n;
    while ((n = ::read(0, buffer, sizeof buffer)) > 0) {
        text.append(buffer, size_t(n));
        if (text.size() > largest)
            throw Error(exit_data, "standard input is larger than 64 MiB");
    }
    if (n < 0)
        throw system_error("cannot read standard input");
    return text;
}

/// The layout, or the message of the lexer with its source line.
static std::string layout(const std::string& text, const std::string& name) {
    try {
        return compiler::reformat(text, name);
    } catch (Error& e) {
        if (e.line.empty() && e.where.line)
            e.line = std::string(line_of(text, e.where.line));
        throw;
    }
}

static std::vector<std::string> files(const std::vector<std::string>& words) {
    std::vector<std::string> out;
    for (const std::string& w : words) {
        if (!fs::is_directory(w)) {
            out.push_back(w);
            continue;
        }
        std::vector<std::string> below;
        for (const auto& e : fs::recursive_directory_iterator(w))
            if (e.is_regular_file() &&
                (e.path().extension() == ".pan" || e.path().extension() == ".tpl"))
                below.push_back(e.path().string());
        std::sort(below.begin(), below.end());
        out.insert(out.end(), below.begin(), below.end());
    }
    return out;
}

static int body(const Args& args) {
    bool look = args.noaction() || args.has("list");
    if (args.rest().empty()) {
        if (look)
            throw Error(exit_usage, "-l and -n need files");
        fmt::print("{}", layout(standard_input(), "standard input"));
        return exit_ok;
    }
    bool differs = false;
    int status = exit_ok;
    for (const std::string& path : files(args.rest())) {
        try {
            std::string text = read_file(path, largest), out = layout(text, path);
            if (out == text)
                continue;
            differs = true;
            if (args.has("list"))
                fmt::print("{}\n", path);
            if (args.noaction())
                fmt::print("{}", text_diff(text, out, path));
            if (!look)
                write_file(path, out);
        } catch (const Error& e) {  // the others are not to blame
            fmt::print(stderr, "{}", e.text(args.program()));
            status = e.status;
        }
    }
    return status != exit_ok ? status : look && differs ? exit_no : exit_ok;
}

int main(int argc, char** argv) {
    return run({.name = "panfmt",
                .usage = "panfmt [-lnv] [file ...]",
                .about = "lay out Pan templates in one way",
                .options = {{'l', "list", nullptr,
                             "name the files whose layout would change, write nothing"},
                            {'n', "noaction", nullptr, "show what would change, write nothing"}},
                .body = body},
               argc, argv);
}
