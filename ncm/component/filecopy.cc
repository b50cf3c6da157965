// filecopy: files whose contents stand in the configuration word for word, or come from another
// file.
#include <fmt/core.h>

#include <set>

#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

/// true, the default, keeps the replaced file as .old.
static std::string suffix(View s) { return s["backup"].flag(true) ? ".old" : ""; }

/// Answers whether the command that goes with the file is due.
static bool copy_one(Run& run, const std::string& path, View s) {
    if (!path.starts_with('/'))
        throw Error(exit_data, "not an absolute path");
    std::string text;
    if (auto config = s["config"].maybe()) {
        text = *config;
    } else if (auto source = s["source"].maybe()) {
        auto found = run.read(*source);
        if (!found)
            throw Error(exit_data, fmt::format("its source '{}' does not exist", *source));
        text = *found;
    } else {
        throw Error(exit_data, "neither config nor source");
    }
    FileSpec spec{.mode = {},
                  .owner = s["owner"].text("root"),
                  .group = s["group"].text(),
                  .backup = suffix(s)};
    if (auto perms = s["perms"].maybe()) {
        spec.mode = parse_mode(*perms, "perms");
        spec.sensitive = !(*spec.mode & 0004);
    }
    return run.file(path, text, spec) || s["forceRestart"].flag();
}

static void configure_filecopy(Run& run) {
    View c = run.config();
    std::set<std::string> commands;  // each once, when all files are there
    for (const auto& [path, s] : c["services"].unescaped()) {
        try {
            if (copy_one(run, path, s) || c["forceRestart"].flag())
                commands.insert(s["restart"].text());
        } catch (const Error& e) {
            run.error(fmt::format("'{}': {}", path, e.message));
        }
    }
    for (const std::string& words : commands)
        run.command_line(words);
}

static void unconfigure_filecopy(Run& run) {
    for (const auto& [path, s] : run.config()["services"].unescaped())
        if (run.give_back(path, suffix(s)))
            run.command_line(s["restart"].text());
}

extern const Component filecopy_component{
    .name = "filecopy",
    .about = "files word for word from the configuration, or copied from another file",
    .configure = configure_filecopy,
    .unconfigure = unconfigure_filecopy};

}  // namespace weft::ncm
