// ldconf: folders of shared libraries, in /etc/ld.so.conf or a file it includes; ldconfig is run.
#include <fmt/core.h>

#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* ldconf_file = "/etc/ld.so.conf.d/ncm-ldconf.conf";

static std::set<std::string> ldconf_folders(View c) {
    std::set<std::string> all;
    for (View v : c["paths"].items()) {
        std::string path = v.line();
        if (!path.starts_with('/') || path.find_first_of(" \t,:") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' is no folder", path));
        all.insert(path);
    }
    return all;
}

/// The main file with these lines gone.
static std::string ldconf_without(std::string_view text, const std::set<std::string>& gone) {
    std::string out;
    for (std::string_view line : lines(text))
        if (!gone.count(std::string(line)))
            out += std::string(line) + '\n';
    return out;
}

static void configure_ldconf(Run& run) {
    View c = run.config();
    std::string main_file = c["conffile"].text("/etc/ld.so.conf");
    std::string before = run.read(main_file).value_or("");
    bool includes = false;
    for (std::string_view line : lines(before))
        includes = includes || line.starts_with("include");
    auto ours = ldconf_folders(c), was = ldconf_folders(View(run.previous()));
    std::string list;
    for (const std::string& path : ours)
        list += path + '\n';
    // Our folders stand in one place only.
    std::set<std::string> gone = was;
    gone.insert(ours.begin(), ours.end());
    bool changed = false;
    if (includes) {
        changed |= run.file(ldconf_file, run.header() + list, {.mode = 0644});
        changed |= run.file(main_file, ldconf_without(before, gone));
    } else {
        std::set<std::string> there;
        for (std::string_view line : lines(before))
            there.insert(std::string(line));
        for (const std::string& path : ours)
            gone.erase(path);
        std::string text = ldconf_without(before, gone);
        for (const std::string& path : ours)
            if (!there.count(path))
                text += path + '\n';
        changed |= run.file(main_file, text);
    }
    if (changed)
        run.command({"ldconfig"});
}

static void unconfigure_ldconf(Run& run) {
    std::string main_file = run.config()["conffile"].text("/etc/ld.so.conf");
    bool changed = run.remove(ldconf_file);
    if (auto text = run.read(main_file))
        changed |= run.file(main_file, ldconf_without(*text, ldconf_folders(run.config())));
    if (changed)
        run.command({"ldconfig"});
}

extern const Component ldconf_component{
    .name = "ldconf",
    .about = "folders of shared libraries: a file below /etc/ld.so.conf.d, and ldconfig",
    .configure = configure_ldconf,
    .unconfigure = unconfigure_ldconf};

}  // namespace weft::ncm
