// nfs: what the node exports, and the network file systems it mounts.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/fstab.hh"

namespace weft::ncm {

static constexpr const char* exports_file = "/etc/exports";

static void exports(Run& run, View c) {
    std::string text = run.header();
    for (View e : c["exports"].items()) {
        std::string path = e["path"].line(), hosts;
        for (const auto& [host, value] : e["hosts"].unescaped()) {
            std::string options = value.line();
            if ((host + options).find_first_of(" \t\n()") != std::string::npos)
                throw Error(
                    exit_data,
                    fmt::format("export '{}': blanks or brackets in host '{}' or its options", path,
                                host));
            // Which of the two is the default has changed once: it is always said.
            if (std::string o = "," + options + ",";
                o.find(",sync,") == std::string::npos && o.find(",async,") == std::string::npos)
                options += options.empty() ? "sync" : ",sync";
            hosts += fmt::format(" {}({})", host, options);
        }
        if (path.find_first_of(" \t\"") != std::string::npos)
            path = "\"" + path + "\"";
        if (!hosts.empty())
            text += path + hosts + "\n";
    }
    if (run.file(exports_file, text,
                 {.mode = 0644, .owner = {}, .group = {}, .backup = run.original(exports_file)}))
        run.service(c["daemon"].text("nfs-server"), "reload");
}

/// The entries of fstab that are this component's: network file systems and bind mounts.
static bool is_our_mount(const Mount& m) {
    static constexpr std::string_view types[] = {"nfs", "nfs4", "panfs", "ceph", "lustre"};
    return std::find(std::begin(types), std::end(types), m.type) != std::end(types) ||
           (m.type == "none" && m.options == "bind");
}

static void mounts(Run& run, View c) {
    Fstab fstab(run.read("/etc/fstab").value_or(""));
    std::vector<Mount> wanted;
    for (View v : c["mounts"].items()) {
        Mount m{v["device"].line(), v["mountpoint"].line(),
                v["fstype"].line(), v["options"].line("defaults"),
                v["freq"].number(), v["passno"].number()};
        if (!m.point.starts_with('/'))
            throw Error(exit_data, "'" + m.point + "' is no mount point");
        if (m.options.find_first_of(" \t") != std::string::npos)
            throw Error(exit_data, "blanks in the options of '" + m.point + "'");
        wanted.push_back(std::move(m));
    }
    for (const Mount& m : fstab.mounts())
        if (is_our_mount(m) && std::none_of(wanted.begin(), wanted.end(),
                                            [&](const Mount& w) { return w.same_place(m); }))
            fstab.remove(m);
    for (const Mount& m : wanted) {
        for (const Mount& there : fstab.mounts())
            if (there.same_place(m) && !is_our_mount(there))
                throw Error(exit_data,
                            fmt::format("'{}' is the mount point of '{}', which is not ours",
                                        m.point, there.device));
        fstab.put(m);
    }
    // A server that is gone must not stop us: lazily.
    apply_fstab(run, fstab, {"umount", "-l"});
}

static void configure_nfs(Run& run) {
    View c = run.config();
    if (c["server"].flag(true))
        exports(run, c);
    if (c["mounts"])
        mounts(run, c);
}

static void unconfigure_nfs(Run& run) {
    View c = run.config();
    if (c["server"].flag(true) && run.give_back(exports_file, ".old"))
        run.service(c["daemon"].text("nfs-server"), "reload");
    if (c["mounts"])
        run.info("what is mounted stays in /etc/fstab");
}

extern const Component nfs_component{.name = "nfs",
                                     .about =
                                         "exports of the node, and network file systems it mounts: "
                                         "/etc/exports, entries of /etc/fstab",
                                     .configure = configure_nfs,
                                     .unconfigure = unconfigure_nfs};

}  // namespace weft::ncm
