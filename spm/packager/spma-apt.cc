// The packager for Debian that uses apt: its sources, its keys, one run for everything, and no
// surprises.
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.hh"
#include "spm/packager/dpkg.hh"
#include "spm/wrap/apt.hh"

using namespace weft;
using namespace weft::spm;

namespace {

void prepare(const PluginCall& call) {
    dpkg::prepare(call);
    if (call.root.empty())
        return;
    for (const char* dir :
         {"/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d",
          "/etc/apt/trusted.gpg.d", "/var/lib/apt/lists/partial", "/var/cache/apt/archives/partial",
          "/var/log/apt"})
        make_dirs(call.root + dir);
}

/// A root without a database has no packages, and asking does not make one.
std::vector<Installed> list(const PluginCall& call) {
    if (!call.root.empty() && access((call.root + "/var/lib/dpkg/status").c_str(), R_OK))
        return {};
    return apt::list(call);
}

std::string with_arch(const Package& p) {
    return p.arch == "all" || p.arch.find('*') != std::string::npos ? p.name
                                                                    : p.name + ":" + p.arch;
}

/// What apt-get is asked for: a file, or a name and the version that was found for it; a name with
/// '-' goes.
/// What is there in part was unpacked from its file before, if it has one.
std::vector<std::string> words(const std::vector<Operation>& ops,
                               const std::vector<apt::Outcome::Change>& changes,
                               const std::set<Package>& there) {
    std::vector<std::string> out;
    for (const Operation& op : ops) {
        Package p = op.package;
        for (auto& c : changes)
            if (!c.goes && op.action != Action::erase &&
                matches(op.package, c.package, Format::deb))
                p = c.package;
        if (op.action == Action::erase)
            out.push_back(with_arch(p) + "-");
        else if (!op.file.empty() && !there.count(op.package))
            out.push_back(op.file);
        else
            out.push_back(with_arch(p) + (p.is_pattern() ? "" : "=" + p.evr()));
    }
    return out;
}

std::string complaint(const ProcessResult& r) {
    std::string s;
    for (const std::string* text : {&r.err, &r.out})
        for (std::string_view line : lines(*text))
            if (line.starts_with("E: ") || line.starts_with(" ") || line.starts_with("dpkg: "))
                s += (s.empty() ? "" : "\n") + std::string(line);
    return s.empty() ? r.err : s;
}

ProcessResult run_apt(const PluginCall& call, std::vector<std::string> more,
                      std::function<void(std::string_view)> on_line = {}) {
    std::vector<std::string> argv = {"apt-get", "-y", "-q"};
    for (const std::string& option : apt::options(call))
        argv.insert(argv.end(), {"-o", option});
    argv.insert(argv.end(), more.begin(), more.end());
    ProcessOptions o = dpkg::options(call);
    o.env["DPKG_FRONTEND_LOCKED"] = "";  // it locks by itself, and for as long as it works
    ScratchDir dir;
    if (std::string text = apt::configuration(call); !text.empty()) {
        write_file(dir.path() + "/apt.conf", text, {.sync = false});
        o.env["APT_CONFIG"] = dir.path() + "/apt.conf";
    }
    o.on_line = std::move(on_line);
    ProcessResult r = run_process(argv, o);
    if (r.timed_out)
        throw Error(exit_no, "apt-get did not finish within the time");
    return r;
}

/// What apt would do, against what was planned. What is there in part needs no more than to be
/// configured.
void compare(const apt::Outcome& would, const std::vector<Operation>& ops,
             const std::set<Package>& there) {
    std::string list;
    auto add = [&](bool goes, const Package& p) {
        list += fmt::format("\n  {} {}", goes ? "remove" : "install", p.text());
    };
    for (auto& problem : would.problems)
        list += "\n  " + problem;
    if (!list.empty())
        throw Error(exit_data, "apt refuses the packages:" + list);
    std::vector<bool> met(ops.size());
    for (auto& [goes, package] : would.changes) {
        bool planned = false;
        for (size_t i = 0; i < ops.size(); i++)
            if (goes == (ops[i].action == Action::erase) &&
                matches(ops[i].package, package, Format::deb))
                planned = met[i] = true;
        if (!planned)
            add(goes, package);
    }
    if (!list.empty())
        throw Error(exit_data, "apt would do more than was planned:" + list, {},
                    "name these packages in the target");
    for (size_t i = 0; i < ops.size(); i++)
        if (!met[i] && (ops[i].action == Action::erase || !there.count(ops[i].package)))
            add(ops[i].action == Action::erase, ops[i].package);
    if (!list.empty())
        throw Error(exit_data, "apt would not do what was planned:" + list);
}

/// What an interrupted run left: what can be configured is; what cannot is unpacked again from its
/// file, or goes if it is not to come again, because without its archive apt would do nothing at
/// all. Answers what dpkg could not do.
std::string mend(const PluginCall& call, const std::vector<Operation>& ops) {
    auto broken = [&] {
        auto all = list(call);
        std::erase_if(all, [](auto& i) { return !i.broken && !i.unfinished; });
        return all;
    };
    if (dpkg::settled(call) && broken().empty())
        return {};
    auto run = [&](std::vector<std::string> words) {
        auto argv = dpkg::command(call);
        argv.insert(argv.end(), words.begin(), words.end());
        ProcessResult r = run_process(argv, dpkg::options(call));
        return r.ok() ? std::string() : complaint(r);
    };
    std::string trouble = run({"--configure", "-a"});
    if (!trouble.empty() && ops.empty())
        throw Error(exit_no, "dpkg did not configure the packages:\n" + trouble);
    std::vector<std::string> unpack = {"--unpack"}, remove = {"--force-depends", "--remove"};
    for (const Installed& i : broken()) {
        if (!i.broken)
            continue;
        bool again = false, goes = false;
        for (const Operation& op : ops) {
            if (op.action == Action::erase)
                goes |= op.package == i.package;
            else
                again |= matches(op.package, i.package, Format::deb);
            goes |= std::find(op.old.begin(), op.old.end(), i.package) != op.old.end();
            if (again && op.package == i.package && !op.file.empty())
                unpack.push_back(op.file);
        }
        if (goes && !again)
            remove.push_back(with_arch(i.package));
    }
    if (unpack.size() > 1) {
        trouble = run(unpack);
        if (trouble.empty())
            trouble = run({"--configure", "-a"});
    }
    if (remove.size() > 2)
        if (std::string why = run(remove); !why.empty())
            throw Error(exit_no, "dpkg did not remove what an interrupted run left:\n" + why);
    return trouble;
}

void apply(const PluginCall& call, const std::vector<Operation>& all,
           const std::function<void(const std::string&)>& done) {
    prepare(call);
    std::string trouble;
    if (!call.noaction) {
        Fd alone = dpkg::lock(call);
        trouble = mend(call, all);
    }
    std::set<Package> there, whole;
    for (const Installed& i : list(call)) {
        there.insert(i.package);
        if (!i.broken)
            whole.insert(i.package);
    }
    std::vector<Operation> ops;
    bool fetches = false;
    for (const Operation& op : all) {
        bool skip =
            op.action == Action::erase ? !there.count(op.package) : whole.count(op.package) > 0;
        if (skip)
            done("skip " + op.package.text());
        else
            ops.push_back(op);
        fetches |= !skip && op.action != Action::erase && op.file.empty();
    }
    done(fmt::format("begin {}", ops.size()));
    if (ops.empty())
        return;
    if (fetches && !call.noaction) {
        ProcessResult r = run_apt(call, {"update"});
        if (!r.ok())
            done("warning apt-get update failed: " + r.err);
    }
    std::vector<std::string> install = {"--no-install-recommends", "--allow-downgrades",
                                        "--allow-change-held-packages", "--no-remove", "install"};
    bool removes =
        std::any_of(ops.begin(), ops.end(), [](auto& op) { return op.action == Action::erase; });
    if (removes)
        std::erase(install, "--no-remove");
    auto would = apt::resolve(call, ops);
    compare(would, ops, there);
    if (call.noaction)
        return;
    // What was killed while it was unpacked is unpacked again: only such packages are both wanted
    // and there.
    if (std::any_of(ops.begin(), ops.end(), [&](auto& op) {
            return op.action != Action::erase && there.count(op.package);
        }))
        install.insert(install.begin(), "--reinstall");
    for (auto& w : words(ops, would.changes, there))
        install.push_back(w);
    ProcessResult r = run_apt(call, install, [&](std::string_view line) {
        auto w = words_of(line);
        if (w.size() > 2 && w[0] == "Setting" && w[1] == "up")
            done(fmt::format("done install {}", w[2]));
        if (w.size() > 1 && w[0] == "Removing")
            done(fmt::format("done erase {}", w[1]));
    });
    if (!r.ok())
        throw Error(exit_no, "apt did not carry the packages out:\n" + complaint(r) +
                                 (trouble.empty() ? "" : "\n" + trouble));
}

}  // namespace

int main(int argc, char** argv) {
    return plugin_main(
        {.name = "spma-apt",
         .usage =
             "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] "
             "capabilities\n"
             "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
             "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
             "spma-apt [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name "
             "...]",
         .about = "Install, replace and remove Debian packages with apt, from its own sources.",
         .capabilities = "format deb\ntransaction batches\nversions one\nfetches yes\n",
         .list = list,
         .apply = apply,
         .verify = dpkg::verify},
        argc, argv);
}
