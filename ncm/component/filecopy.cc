// filecopy: files whose contents stand in the configuration word for word, or come from another
// file.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

/// true, the default, keeps the replaced file as .old.
static std::string suffix(View s) { return s["backup"].flag(true) ? ".old" : ""; }

static void one(Run& run, const std::string& path, View s, bool force_all) {
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
        if (perms->empty() || perms->size() > 4 ||
            perms->find_first_not_of("01234567") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' are no permissions", *perms));
        spec.mode = mode_t(std::stoul(*perms, nullptr, 8));
        spec.sensitive = !(*spec.mode & 0004);
    }
    bool changed = run.file(path, text, spec);
    if (changed || force_all || s["forceRestart"].flag())
        run.command_line(s["restart"].text());
}

static void configure_filecopy(Run& run) {
    View c = run.config();
    for (const auto& [path, s] : c["services"].unescaped()) {
        try {
            one(run, path, s, c["forceRestart"].flag());
        } catch (const Error& e) {
            run.error(fmt::format("'{}': {}", path, e.message));
        }
    }
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
