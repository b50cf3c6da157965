// Asking dpkg.
#include "spm/packager/dpkg.hh"

#include <fmt/core.h>

#include "base/file.hh"

namespace weft::spm::dpkg {

static std::string admin_dir(const PluginCall& call) {
    return call.dbpath.empty() ? call.root + "/var/lib/dpkg" : call.root + call.dbpath;
}

ProcessOptions options(const PluginCall& call) {
    ProcessOptions o;
    o.timeout = call.timeout;
    o.env = {{"DEBIAN_FRONTEND", "noninteractive"}, {"LC_ALL", "C"}, {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
    return o;
}

std::vector<std::string> command(const PluginCall& call) {
    std::vector<std::string> argv = {"dpkg"};
    if (!call.root.empty()) argv.insert(argv.end(), {"--root=" + call.root, "--force-not-root"});
    if (!call.root.empty() || !call.dbpath.empty()) argv.push_back("--admindir=" + admin_dir(call));
    argv.insert(argv.end(), {"--force-confdef", "--force-confold", "--auto-deconfigure"});
    return argv;
}

void prepare(const PluginCall& call) {
    if (call.root.empty()) return;
    std::string dir = admin_dir(call);
    for (const char* sub : {"/updates", "/info", "/triggers"}) make_dirs(dir + sub);
    for (const char* file : {"/status", "/available"})
        if (!read_if_exists(dir + file)) write_file(dir + file, "");
}

void split_version(std::string_view evr, Package& p) {
    size_t dash = evr.rfind('-');
    p.version = evr.substr(0, dash);
    p.release = dash == std::string_view::npos ? "" : evr.substr(dash + 1);
}

std::vector<Installed> list(const PluginCall& call) {
    std::vector<Installed> out;
    if (!call.root.empty() && !read_if_exists(admin_dir(call) + "/status")) return out;
    std::vector<std::string> argv = {"dpkg-query", "--admindir=" + admin_dir(call), "-W", "-f",
                                     "${Package} ${Version} ${Architecture} ${db:Status-Status} ${db:Status-Eflag} ${Essential}\\n"};
    ProcessOptions o = options(call);
    o.output_limit = size_t(256) << 20;
    ProcessResult r = run_process(argv, o);
    // An empty database is an error to dpkg-query, and says so.
    if (!r.ok() && !(r.out.empty() && r.err.find("no packages found") != std::string::npos))
        throw Error(exit_io, "dpkg-query cannot list the packages: " + r.err);
    for (std::string_view line : lines(r.out)) {
        auto w = words_of(line);
        if (w.size() < 5) continue;
        std::string_view status = w[3];
        if (status == "not-installed" || status == "config-files") continue;
        Installed i;
        i.package.name = w[0];
        i.package.arch = w[2];
        split_version(w[1], i.package);
        i.broken = !(status == "installed" || status.starts_with("triggers-")) || w[4] == "reinstreq";
        i.essential = w.size() > 5 && w[5] == "yes";
        out.push_back(std::move(i));
    }
    return out;
}

std::vector<std::string> verify(const PluginCall& call, const std::vector<std::string>& names) {
    std::vector<std::string> argv = command(call), out;
    argv.push_back("--verify");
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessResult r = run_process(argv, options(call));
    if (r.timed_out) throw Error(exit_try_later, "dpkg did not finish verifying within the time");
    for (std::string_view line : lines(r.out)) out.emplace_back(line);
    if (!r.ok())
        for (std::string_view line : lines(r.err)) out.emplace_back(line);
    for (const Installed& i : list(call))
        if (i.broken && (names.empty() || std::find(names.begin(), names.end(), i.package.name) != names.end()))
            out.push_back(i.package.text() + " is half installed");
    return out;
}

}  // namespace weft::spm::dpkg
