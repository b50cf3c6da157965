// Asking dpkg.
#include "spm/packager/dpkg.hh"

#include <fcntl.h>
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
             {"DPKG_FRONTEND_LOCKED", "1"},  // by lock()
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

/// Who has the lock that fcntl(2) keeps on this file; 0: nobody.
static pid_t holder(const Fd& fd) {
    struct flock l {};
    l.l_type = F_WRLCK;
    l.l_whence = SEEK_SET;
    return fcntl(fd.get(), F_GETLK, &l) == 0 && l.l_type != F_UNLCK ? l.l_pid : 0;
}

Fd lock(const PluginCall& call) {
    auto file = [&](const char* name) {
        std::string path = admin_dir(call) + name;
        Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
        if (!fd)
            throw system_error("cannot open '" + path + "'");
        return fd;
    };
    Fd front = file("/lock-frontend"), back = file("/lock");
    struct flock l {};
    l.l_type = F_WRLCK;
    l.l_whence = SEEK_SET;
    for (double waited = 0;; waited += 0.1) {
        bool ours = fcntl(front.get(), F_SETLK, &l) == 0;
        pid_t other = holder(ours ? back : front);
        if (ours && !other)
            return front;
        if (waited >= call.lock_wait())
            throw Error(exit_try_later,
                        fmt::format("the package database is locked by process {}", other));
        usleep(100000);
    }
}

void split_version(std::string_view evr, Package& p) {
    size_t dash = evr.rfind('-');
    p.version = evr.substr(0, dash);
    p.release = dash == std::string_view::npos ? "" : evr.substr(dash + 1);
}

/// A package by the words of its status; none for what only left its configuration behind.
static std::optional<Installed> installed(std::string_view name, std::string_view version,
                                          std::string_view arch, std::string_view want,
                                          std::string_view error, std::string_view status,
                                          bool essential) {
    if (status == "not-installed" || status == "config-files" || name.empty() || version.empty())
        return std::nullopt;
    Installed i;
    i.package.name = name;
    i.package.arch = arch;
    split_version(version, i.package);
    i.broken = !(status == "installed" || status.starts_with("triggers-")) || error == "reinstreq";
    i.unfinished = status.starts_with("triggers-");
    i.held = want == "hold";
    i.essential = essential;
    return i;
}

/// The status file as dpkg wrote it: asking dpkg-query takes three times as long.
static std::vector<Installed> read_status(const std::string& file) {
    std::string text = read_file(file);
    std::vector<Installed> out;
    // Packages that are important or protected may not go unasked either.
    std::string_view name, version, arch, status, essential, important, guarded;
    auto finish = [&] {
        auto w = words_of(status);  // install ok installed
        if (w.size() == 3)
            if (auto i = installed(name, version, arch, w[0], w[1], w[2],
                                   essential == "yes" || important == "yes" || guarded == "yes"))
                out.push_back(std::move(*i));
        name = version = arch = status = essential = important = guarded = {};
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
            case 'P':
                field("Package: ", name);
                field("Protected: ", guarded);
                break;
            case 'I': field("Important: ", important); break;
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

std::string why_not(const PluginCall& call, const std::string& file, const Package& wanted) {
    ProcessResult r =
        run_process({"dpkg-deb", "-W", "--showformat=${Package} ${Version} ${Architecture}", file},
                    options(call));
    if (!r.ok()) {
        while (r.err.ends_with('\n'))
            r.err.pop_back();
        return fmt::format("'{}' is no good package: {}", file, r.err);
    }
    Package p{.arch = {}};
    if (auto w = words_of(r.out); w.size() == 3) {
        p = {std::string(w[0]), {}, {}, std::string(w[2])};
        split_version(w[1], p);
    }
    return matches(wanted, p, Format::deb)
               ? ""
               : fmt::format("'{}' holds {}, not {}", file, p.text(), wanted.text());
}

std::vector<std::string> status_files(const PluginCall& call) {
    std::vector<std::string> out;
    std::error_code ec;
    for (auto& e : std::filesystem::directory_iterator(admin_dir(call) + "/updates", ec))
        if (std::string name = e.path().filename();
            name.find_first_not_of("0123456789") == name.npos)
            out.push_back(e.path());
    std::sort(out.begin(), out.end());
    if (std::string status = admin_dir(call) + "/status"; access(status.c_str(), F_OK) == 0)
        out.insert(out.begin(), status);
    return out;
}

std::vector<std::string> architectures(const PluginCall& call) {
    std::vector<std::string> out = {native_arch(Format::deb)};
    std::string text = read_if_exists(admin_dir(call) + "/arch").value_or("");
    for (std::string_view line : lines(text))
        if (!line.empty() && std::find(out.begin(), out.end(), line) == out.end())
            out.emplace_back(line);
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
                                     "${Package} ${Version} ${Architecture} ${db:Status-Want} "
                                     "${db:Status-Eflag} ${db:Status-Status} "
                                     "${Essential}${Important}${Protected}\\n"};
    ProcessOptions o = options(call);
    o.output_limit = size_t(256) << 20;
    ProcessResult r = run_process(argv, o);
    // An empty database is an error to dpkg-query, and says so.
    if (!r.ok() && !(r.out.empty() && r.err.find("no packages found") != std::string::npos))
        throw Error(exit_io, "dpkg-query cannot list the packages: " + r.err);
    std::vector<Installed> out;
    for (std::string_view line : lines(r.out))
        if (auto w = words_of(line); w.size() >= 6)
            if (auto i = installed(w[0], w[1], w[2], w[3], w[4], w[5],
                                   w.size() > 6 && w[6].find("yes") != std::string_view::npos))
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
