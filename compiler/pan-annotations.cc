// pan-annotations - write down what templates declare and say about it    page:
// man/pan-annotations.1
#include <fmt/core.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/program.hh"
#include "compiler/text/parse.hh"
#include "compiler/tools/annotations.hh"

using namespace weft;
using namespace weft::compiler;
namespace fs = std::filesystem;

/// The template, or all its errors printed and nullptr.
static std::shared_ptr<const Template> read(const std::string& path) {
    auto text = std::make_shared<const std::string>(read_file(path, size_t(64) << 20));
    Parsed p = parse_template(fs::absolute(path).lexically_normal().string(), text,
                              {.warnings = Warnings::off}, 0);
    for (TemplateError& e : p.errors) {
        e.where.file = path;
        fmt::print(stderr, "{}", e.text("pan-annotations"));
    }
    return p.tpl;
}

static int body(const Args& args) {
    if (args.rest().empty())
        throw Error(exit_no, "which templates?", {}, "'pan-annotations -h' shows how to call it");
    fs::path base = args.get("base-dir", "."), output = args.get("output-dir", ".");
    bool json = args.has("json");
    int status = exit_ok;
    for (const std::string& name : args.rest()) {
        try {
            fs::path file(name);
            auto tpl = read((file.is_absolute() ? file : base / file).string());
            if (!tpl) {
                status = exit_no;
                continue;
            }
            // What lies below the base folder keeps its place there, however it is named.
            fs::path below = file.is_absolute()
                                 ? file.lexically_normal().lexically_relative(
                                       fs::absolute(base / "x").lexically_normal().parent_path())
                                 : file;
            if (below.empty() || *below.begin() == "..")
                below = file;
            fs::path to = output / below.relative_path();
            to += json ? ".annotation.json" : ".annotation.xml";
            make_dirs(to.parent_path().string());
            write_file(to.string(), json ? annotations_json(*tpl) : annotations_xml(*tpl),
                       {.sync = false});
            if (args.verbose() && !args.has("quiet"))
                fmt::print(stderr, "{}\n", to.string());
        } catch (const Error& e) {  // the others are not to blame
            fmt::print(stderr, "{}", e.text(args.program()));
            status = exit_no;
        }
    }
    return status;
}

int main(int argc, char** argv) {
    return run(
        {.name = "pan-annotations",
         .usage = "pan-annotations [-qv] [--json] [--base-dir dir] [--output-dir dir] file ...",
         .about = "write down what templates declare and say about it",
         .options = {{0, "base-dir", "DIR", "the folder that files are relative to (default: .)"},
                     {0, "output-dir", "DIR", "the folder to write below (default: .)"},
                     {0, "json", nullptr,
                      "write FILE.annotation.json instead of FILE.annotation.xml"},
                     {'q', "quiet", nullptr, "do not name the written files, whatever -v says"}},
         .body = body,
         .usage_status = exit_no},
        argc, argv);
}
