// sysctl: kernel parameters, in a file of ours or among the lines of others, loaded when the file
// changed.
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

static const KeyLines format{.separators = " \t=", .sections = {}};

/// A name without folder is a file of ours below /etc/sysctl.d; so is any other file in a folder
/// *.d.
static std::string sysctl_file(View c) {
    std::string path = c["confFile"].text("/etc/sysctl.conf");
    return path.starts_with('/') ? path : "/etc/sysctl.d/" + path;
}
static bool wholly_ours(const std::string& path) {
    return path.substr(0, path.rfind('/')).ends_with(".d");
}

static void configure_sysctl(Run& run) {
    View c = run.config();
    std::string path = sysctl_file(c), text;
    if (wholly_ours(path)) {
        text = run.header();
        for (const auto& [key, value] : c["variables"].members())
            text += key + " = " + value.line() + "\n";
    } else {
        std::map<std::string, std::optional<std::string>> wanted;
        for (const auto& [key, value] : c["variables"].members())
            wanted[key] = key + " = " + value.line();
        text = run.read(path).value_or("");
        std::vector<std::string> gone;  // what we set before and no longer do
        for (const auto& [key, value] : View(run.previous())["variables"].members())
            if (!wanted.count(key))
                gone.push_back(key);
        text = format.set(format.without(text, gone), wanted);
    }
    FileSpec spec{.mode = 0444, .owner = "root", .group = "root"};
    spec.backup = wholly_ours(path) ? ".bak" : ".old";
    if (run.file(path, text, spec))
        run.command({c["command"].text("/sbin/sysctl"), "-e", "-q", "-p", path});
}

static void unconfigure_sysctl(Run& run) {
    View c = run.config();
    std::string path = sysctl_file(c);
    if (wholly_ours(path)) {
        run.remove(path);
        return;
    }
    std::vector<std::string> keys;
    for (const auto& [key, value] : c["variables"].members())
        keys.push_back(key);
    if (auto text = run.read(path))
        run.file(path, format.without(*text, keys));
    run.info("the kernel keeps the values it has until the next boot");
}

extern const Component sysctl_component{
    .name = "sysctl",
    .about = "kernel parameters: /etc/sysctl.conf, loaded when it changed",
    .configure = configure_sysctl,
    .unconfigure = unconfigure_sysctl};

}  // namespace weft::ncm
