// pan-lsp - a language server for Pan templates                        page: man/pan-lsp.1
#include <fmt/core.h>

#include "base/error.hh"
#include "base/program.hh"
#include "compiler/lsp/serve.hh"
#include "compiler/tools/highlight.hh"

using namespace weft;
using namespace weft::compiler;

static int body(const Args& args) {
    if (args.has("editor")) {
        std::string which = args.get("editor");
        if (which == "vim-syntax")
            fmt::print("{}", vim_syntax());
        else if (which == "vim-completion")
            fmt::print("{}", vim_completion());
        else if (which == "emacs-mode")
            fmt::print("{}", emacs_mode());
        else if (which == "textmate")
            fmt::print("{}", textmate_grammar());
        else
            throw Error(exit_usage, fmt::format("there is no editor file '{}'", which), {},
                        "vim-syntax, vim-completion, emacs-mode or textmate");
        return exit_ok;
    }
    if (!args.rest().empty())
        throw Error(exit_usage, "an editor starts this program; it takes no files");
    lsp::ServerOptions options;
    for (const std::string& dirs : args.all("include-path"))
        for (size_t at = 0; at <= dirs.size();) {
            size_t end = std::min(dirs.find(':', at), dirs.size());
            if (end > at)
                options.include_path.push_back(dirs.substr(at, end - at));
            at = end + 1;
        }
    options.compile = !args.has("no-compile");
    return lsp::serve(0, 1, std::move(options));
}

int main(int argc, char** argv) {
    return run({.name = "pan-lsp",
                .usage = "pan-lsp [-v] [-I path] [--no-compile] [--stdio]\npan-lsp --editor file",
                .about = "a language server for Pan templates",
                .options = {{'I', "include-path", "PATH",
                             "folders where templates are looked up, separated by ':'"},
                            {0, "no-compile", nullptr, "do not build objects in the background"},
                            {0, "editor", "FILE",
                             "print vim-syntax, vim-completion, emacs-mode or textmate"},
                            {0, "stdio", nullptr,
                             "speak on standard input and output, as it always does"}},
                .body = body},
               argc, argv);
}
