// dirperm: folders and files that must be there, with owner and mode.
#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

/// What is mounted now, by the kernel's word.
static bool is_mounted(const Run& run, const std::string& mountpoint) {
    std::string mounts = run.read("/proc/mounts").value_or("");
    for (std::string_view line : lines(mounts))
        if (auto words = split(line); words.size() > 1 && words[1] == mountpoint)
            return true;
    return false;
}

/// The configured mount point a path lies in, the longest one; empty for none.
static std::string mountpoint_of(const Run& run, const std::string& path) {
    std::string best;
    for (View f : View(run.extra("/system/filesystems")).items()) {
        std::string m = f["mountpoint"].text();
        if (m.empty() || !f["mount"].flag(true) || m == "/")
            continue;
        if ((path == m || path.starts_with(m + "/")) && m.size() > best.size())
            best = m;
    }
    return best;
}

/// A new folder gets what the given ones hold, as /etc/skel.
static void fill(Run& run, const std::string& path, View initdirs, const FileSpec& spec) {
    for (const std::string& from : initdirs.texts()) {
        if (run.noaction()) {
            run.info(fmt::format("would copy what is in '{}' to '{}'", from, path));
            continue;
        }
        std::error_code ec;
        fs::copy(run.real(from), run.real(path),
                 fs::copy_options::recursive | fs::copy_options::copy_symlinks, ec);
        if (ec)
            run.error(fmt::format("cannot copy '{}' to '{}': {}", from, path, ec.message()));
        for (auto& entry : fs::recursive_directory_iterator(run.real(path), ec))
            if (!entry.is_symlink())
                run.attributes(path + entry.path().string().substr(run.real(path).size()),
                               {.mode = {}, .owner = spec.owner, .group = spec.group});
    }
}

static void one(Run& run, const std::string& path, View p) {
    if (!path.starts_with('/'))
        throw Error(exit_data, "not an absolute path");
    std::string perm = p["perm"].text(), owner = p["owner"].text(), type = p["type"].text("d");
    FileSpec spec{.mode = parse_mode(perm, "perm"), .owner = owner};

    std::string mountpoint =
        p["checkmount"].flag() || p["within_mount"].flag() ? mountpoint_of(run, path) : "";
    if (p["within_mount"].flag() && mountpoint.empty())
        return run.warn(fmt::format("'{}' is in no configured mount point, left out", path));
    if (!mountpoint.empty() && !is_mounted(run, mountpoint))
        return run.warn(fmt::format("'{}' is left out: '{}' is not mounted", path, mountpoint));

    struct stat st {};
    bool there = stat(run.real(path).c_str(), &st) == 0;
    if (there && (type == "d") != S_ISDIR(st.st_mode))
        throw Error(exit_io, type == "d" ? "is not a folder" : "is a folder");
    if (type == "d") {
        if (run.folder(path, spec) && !there)
            fill(run, path, p["initdir"], spec);
    } else if (there) {
        run.attributes(path, spec);
    } else {
        run.file(path, "", spec);
    }
}

static void configure_dirperm(Run& run) {
    for (View p : run.config()["paths"].items()) {
        std::string path = p["path"].text();
        try {
            one(run, path, p);
        } catch (const Error& e) {
            run.error(fmt::format("'{}': {}", path, e.message));
        }
    }
}

static void unconfigure_dirperm(Run& run) {
    // They hold data by now.
    for (View p : run.config()["paths"].items())
        run.info(fmt::format("'{}' stays as it is", p["path"].text()));
}

extern const Component dirperm_component{
    .name = "dirperm",
    .about = "folders and files that must be there, with owner and mode",
    .watch = {"/system/filesystems"},
    .configure = configure_dirperm,
    .unconfigure = unconfigure_dirperm};

}  // namespace weft::ncm
