// Asking dpkg.
#include "spm/packager/dpkg.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hh"

namespace weft::spm::dpkg {

static std::string admin_dir(const PluginCall& call) {
    return call.dbpath.empty() ? call.root + "/var/lib/dpkg" : call.root + call.dbpath;
}

ProcessOptions options(const PluginCall& call) {
    ProcessOptions o;
    o.timeout = call.timeout;
    o.env = {{"DEBIAN_FRONTEND", "noninteractive"},
             {"LC_ALL", "C"},
             {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
    return o;
}

std::vector<std::string> command(const PluginCall& call) {
    std::vector<std::string> argv = {"dpkg"};
    if (!call.root.empty())
        argv.insert(argv.end(), {"--root=" + call.root, "--force-not-root"});
    if (!call.root.empty() || !call.dbpath.empty())
        argv.push_back("--admindir=" + admin_dir(call));
    argv.insert(argv.end(), {"--force-confdef", "--force-confold", "--force-remove-reinstreq",
                             "--auto-deconfigure"});
    return argv;
}

void prepare(const PluginCall& call) {
    if (call.root.empty())
        return;
    std::string dir = admin_dir(call);
    for (const char* sub : {"/updates", "/info", "/triggers"})
        make_dirs(dir + sub);
    for (const char* file : {"/status", "/available"})
        if (!read_if_exists(dir + file))
            write_file(dir + file, "");
}

void split_version(std::string_view evr, Package& p) {
    size_t dash = evr.rfind('-');
    p.version = evr.substr(0, dash);
    p.release = dash == std::string_view::npos ? "" : evr.substr(dash + 1);
}

/// A package by the words of its status; none for what only left its configuration behind.
static std::optional<Installed> installed(std::string_view name, std::string_view version,
                                          std::string_view arch, std::string_view error,
                                          std::string_view status, bool essential) {
    if (status == "not-installed" || status == "config-files" || name.empty() || version.empty())
        return std::nullopt;
    Installed i;
    i.package.name = name;
    i.package.arch = arch;
    split_version(version, i.package);
    i.broken = !(status == "installed" || status.starts_with("triggers-")) || error == "reinstreq";
    i.essential = essential;
    return i;
}

/// The status file as dpkg wrote it: asking dpkg-query takes three times as long.
static std::vector<Installed> read_status(const std::string& file) {
    std::string text = read_file(file);
    std::vector<Installed> out;
    std::string_view name, version, arch, status, essential;
    auto finish = [&] {
        auto w = words_of(status);  // install ok installed
        if (w.size() == 3)
            if (auto i = installed(name, version, arch, w[1], w[2], essential == "yes"))
                out.push_back(std::move(*i));
        name = version = arch = status = essential = {};
    };
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line(text.data() + at, end - at);
        at = end + 1;
        if (line.empty())
            finish();
        auto field = [&](std::string_view key, std::string_view& to) {
            if (line.starts_with(key))
                to = line.substr(key.size());
        };
        switch (line.empty() ? 0 : line[0]) {
            case 'P': field("Package: ", name); break;
            case 'V': field("Version: ", version); break;
            case 'A': field("Architecture: ", arch); break;
            case 'S': field("Status: ", status); break;
            case 'E': field("Essential: ", essential); break;
            default: break;
        }
    }
    finish();
    return out;
}

bool settled(const PluginCall& call) {
    std::error_code ec;
    return std::filesystem::is_empty(admin_dir(call) + "/updates", ec) || ec;
}

std::vector<Installed> list(const PluginCall& call) {
    std::string status = admin_dir(call) + "/status";
    if (access(status.c_str(), R_OK)) {
        if (!call.root.empty())
            return {};
        throw system_error("cannot read '" + status + "'");
    }
    // What a run of dpkg that is going on, or was killed, has not merged into the file yet lies
    // beside it.
    if (settled(call))
        return read_status(status);
    std::vector<std::string> argv = {"dpkg-query", "--admindir=" + admin_dir(call), "-W", "-f",
                                     "${Package} ${Version} ${Architecture} ${db:Status-Eflag} "
                                     "${db:Status-Status} ${Essential}\\n"};
    ProcessOptions o = options(call);
    o.output_limit = size_t(256) << 20;
    ProcessResult r = run_process(argv, o);
    // An empty database is an error to dpkg-query, and says so.
    if (!r.ok() && !(r.out.empty() && r.err.find("no packages found") != std::string::npos))
        throw Error(exit_io, "dpkg-query cannot list the packages: " + r.err);
    std::vector<Installed> out;
    for (std::string_view line : lines(r.out))
        if (auto w = words_of(line); w.size() >= 5)
            if (auto i = installed(w[0], w[1], w[2], w[3], w[4], w.size() > 5 && w[5] == "yes"))
                out.push_back(std::move(*i));
    return out;
}

std::vector<std::string> verify(const PluginCall& call, const std::vector<std::string>& names) {
    std::vector<std::string> argv = command(call), out;
    argv.push_back("--verify");
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessResult r = run_process(argv, options(call));
    if (r.timed_out)
        throw Error(exit_try_later, "dpkg did not finish verifying within the time");
    for (std::string_view line : lines(r.out))
        out.emplace_back(line);
    if (!r.ok())
        for (std::string_view line : lines(r.err))
            out.emplace_back(line);
    for (const Installed& i : list(call))
        if (i.broken &&
            (names.empty() || std::find(names.begin(), names.end(), i.package.name) != names.end()))
            out.push_back(i.package.text() + " is half installed");
    return out;
}

}  // namespace weft::spm::dpkg
