// The packager for Debian that uses apt: its sources, its keys, one run for everything, and no surprises.
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.hh"
#include "spm/packager/dpkg.hh"

using namespace weft;
using namespace weft::spm;

namespace {

std::vector<std::string> apt_get(const PluginCall& call) {
    std::vector<std::string> argv = {"apt-get", "-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Languages=none"};
    auto option = [&](const std::string& o) { argv.insert(argv.end(), {"-o", o}); };
    for (const char* o : {"--force-confdef", "--force-confold"}) option(std::string("DPkg::Options::=") + o);
    if (call.root.empty()) return argv;
    option("Dir=" + call.root);
    option("Dir::State::status=" + call.root + "/var/lib/dpkg/status");
    option("DPkg::Options::=--root=" + call.root);
    option("DPkg::Options::=--force-not-root");
    option("APT::Sandbox::User=root");
    return argv;
}

void prepare(const PluginCall& call) {
    dpkg::prepare(call);
    if (call.root.empty()) return;
    for (const char* dir : {"/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d", "/etc/apt/trusted.gpg.d", "/var/lib/apt/lists/partial",
                            "/var/cache/apt/archives/partial", "/var/log/apt"})
        make_dirs(call.root + dir);
}

std::string with_arch(const Package& p) { return p.arch == "all" || p.arch.find('*') != std::string::npos ? p.name : p.name + ":" + p.arch; }

/// What apt-get is asked for: a file, or a name and version; a name with '-' goes.
std::vector<std::string> words(const std::vector<Operation>& ops) {
    std::vector<std::string> out;
    for (const Operation& op : ops) {
        if (op.action == Action::erase) out.push_back(with_arch(op.package) + "-");
        else if (!op.file.empty()) out.push_back(op.file);
        else out.push_back(with_arch(op.package) + (op.package.version == "*" ? "" : "=" + op.package.evr()));
    }
    return out;
}

std::string complaint(const ProcessResult& r) {
    std::string s;
    for (const std::string* text : {&r.err, &r.out})
        for (std::string_view line : lines(*text))
            if (line.starts_with("E: ") || line.starts_with(" ") || line.starts_with("dpkg: ")) s += (s.empty() ? "" : "\n") + std::string(line);
    return s.empty() ? r.err : s;
}

ProcessResult run_apt(const PluginCall& call, std::vector<std::string> more, std::function<void(std::string_view)> on_line = {}) {
    auto argv = apt_get(call);
    argv.insert(argv.end(), more.begin(), more.end());
    ProcessOptions o = dpkg::options(call);
    o.on_line = std::move(on_line);
    ProcessResult r = run_process(argv, o);
    if (r.timed_out) throw Error(exit_no, "apt-get did not finish within the time");
    return r;
}

/// "Inst name [old] (new ...)", "Remv name [old]": what apt would do, against what was planned.
void compare(const std::string& simulation, const std::vector<Operation>& ops) {
    std::set<std::string, std::less<>> come, go;
    for (const Operation& op : ops) (op.action == Action::erase ? go : come).insert(op.package.name);
    std::string more;
    for (std::string_view line : lines(simulation)) {
        auto w = words_of(line);
        if (w.size() < 2) continue;
        std::string_view name = w[1].substr(0, w[1].find(':'));
        if (w[0] == "Inst" && !come.count(name)) more += fmt::format("\n  install '{}'", name);
        if (w[0] == "Remv" && !go.count(name)) more += fmt::format("\n  remove '{}'", name);
    }
    if (!more.empty()) throw Error(exit_data, "apt would do more than was planned:" + more, {}, "name these packages in the target");
}

void apply(const PluginCall& call, const std::vector<Operation>& all, const std::function<void(const std::string&)>& done) {
    prepare(call);
    std::set<Package> there, whole;
    for (const Installed& i : dpkg::list(call)) {
        there.insert(i.package);
        if (!i.broken) whole.insert(i.package);
    }
    std::vector<Operation> ops;
    bool fetches = false;
    for (const Operation& op : all) {
        bool skip = op.action == Action::erase ? !there.count(op.package) : whole.count(op.package) > 0;
        if (skip) done("skip " + op.package.text());
        else ops.push_back(op);
        fetches |= !skip && op.action != Action::erase && op.file.empty();
    }
    done(fmt::format("begin {}", ops.size()));
    if (ops.empty()) return;
    if (there.size() != whole.size() && !call.noaction) {  // what an interrupted run left unpacked
        auto argv = dpkg::command(call);
        argv.insert(argv.end(), {"--configure", "-a"});
        run_process(argv, dpkg::options(call));
    }
    if (fetches && !call.noaction) {
        ProcessResult r = run_apt(call, {"update"});
        if (!r.ok()) done("warning apt-get update failed: " + r.err);
    }
    std::vector<std::string> install = {"--no-install-recommends", "--allow-downgrades", "--allow-change-held-packages", "--no-remove", "install"};
    bool removes = std::any_of(ops.begin(), ops.end(), [](auto& op) { return op.action == Action::erase; });
    if (removes) std::erase(install, "--no-remove");
    for (auto& w : words(ops)) install.push_back(w);
    auto simulate = install;
    simulate.insert(simulate.begin(), "-s");
    ProcessResult would = run_apt(call, simulate);
    if (!would.ok()) throw Error(exit_data, "apt refuses the packages:\n" + complaint(would));
    compare(would.out, ops);
    if (call.noaction) return;
    ProcessResult r = run_apt(call, install, [&](std::string_view line) {
        auto w = words_of(line);
        if (w.size() > 2 && w[0] == "Setting" && w[1] == "up") done(fmt::format("done install {}", w[2]));
        if (w.size() > 1 && w[0] == "Removing") done(fmt::format("done erase {}", w[1]));
    });
    if (!r.ok()) throw Error(exit_no, "apt did not carry the packages out:\n" + complaint(r));
}

}  // namespace

int main(int argc, char** argv) {
    return plugin_main({.name = "spma-apt",
                        .usage = "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] capabilities\n"
                                 "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
                                 "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
                                 "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name ...]",
                        .about = "Install, replace and remove Debian packages with apt, from its own sources.",
                        .capabilities = "format deb\ntransaction batches\nversions one\nfetches yes\n",
                        .list = dpkg::list,
                        .apply = apply,
                        .verify = dpkg::verify},
                       argc, argv);
}
