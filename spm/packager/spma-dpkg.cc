// The packager for Debian that uses dpkg alone: files in, no repositories.
#include <fmt/core.h>

#include "base/file.hh"
#include "spm/packager/dpkg.hh"

using namespace weft;
using namespace weft::spm;

namespace {

std::string with_arch(const Package& p) { return p.arch == "all" ? p.name : p.name + ":" + p.arch; }

/// The last lines of what dpkg said, without its chatter.
std::string complaint(const ProcessResult& r) {
    std::string s;
    for (std::string_view line : lines(r.err))
        if (line.starts_with("dpkg: error") || line.starts_with(" ") ||
            line.find("error") != std::string_view::npos)
            s += (s.empty() ? "" : "\n") + std::string(line);
    return s.empty() ? r.err : s;
}

/// Run dpkg; each package that reaches its end is told once.
ProcessResult run_dpkg(const PluginCall& call, std::vector<std::string> more,
                       const std::function<void(const std::string&)>& done,
                       const std::string& input = {}) {
    std::vector<std::string> argv = dpkg::command(call);
    argv.insert(argv.end(), {"--status-fd", "1"});
    if (call.noaction)
        argv.push_back("--no-act");
    argv.insert(argv.end(), more.begin(), more.end());
    ProcessOptions o = dpkg::options(call);
    o.input = input;
    o.on_line = [&](std::string_view line) {
        if (!line.starts_with("status: "))
            return;
        line.remove_prefix(8);
        size_t at = line.rfind(": ");
        if (at == std::string_view::npos)
            return;
        std::string_view state = line.substr(at + 2);
        if (state == "installed")
            done(fmt::format("done install {}", line.substr(0, at)));
        if (state == "config-files" || state == "not-installed")
            done(fmt::format("done erase {}", line.substr(0, at)));
    };
    ProcessResult r = run_process(argv, o);
    if (r.timed_out)
        throw Error(exit_no, "dpkg did not finish within the time");
    return r;
}

/// Which of the operations' packages are not there yet.
std::vector<const Operation*> missing(const PluginCall& call, const std::vector<Operation>& ops) {
    std::set<Package> there;
    for (const Installed& i : dpkg::list(call))
        if (!i.broken)
            there.insert(i.package);
    std::vector<const Operation*> out;
    for (const Operation& op : ops)
        if (op.action != Action::erase && !there.count(op.package))
            out.push_back(&op);
    return out;
}

void apply(const PluginCall& call, const std::vector<Operation>& ops,
           const std::function<void(const std::string&)>& done) {
    dpkg::prepare(call);
    for (const Operation& op : ops) {
        if (op.action == Action::erase)
            continue;
        if (op.file.empty())
            throw Error(exit_data, fmt::format("no file to install '{}' from", op.package.text()));
        if (std::string why = dpkg::why_not(call, op.file, op.package); !why.empty())
            throw Error(exit_data, why);
    }

    Fd alone;
    if (!call.noaction)
        alone = dpkg::lock(call);
    std::set<Package> installed;
    bool half = false;
    for (const Installed& i : dpkg::list(call)) {
        installed.insert(i.package);
        half |= i.broken || i.unfinished;
    }
    // What an interrupted run left unpacked is configured first; what cannot be is told when it
    // matters.
    if (half && !call.noaction)
        if (ProcessResult r = run_dpkg(call, {"--configure", "-a"}, done); !r.ok() && ops.empty())
            throw Error(exit_no, "dpkg did not configure the packages:\n" + complaint(r));

    std::vector<std::string> gone;
    std::string selections;
    for (const Operation& op : ops) {
        if (op.action != Action::erase)
            continue;
        if (!installed.count(op.package)) {
            done("skip " + op.package.text());
            continue;
        }
        gone.push_back(with_arch(op.package));
        selections += with_arch(op.package) + " deinstall\n";
    }
    auto todo = missing(call, ops);
    for (const Operation& op : ops)
        if (op.action != Action::erase && std::find(todo.begin(), todo.end(), &op) == todo.end())
            done("skip " + op.package.text());
    done(fmt::format("begin {}", todo.size() + gone.size()));

    // Selected to go, a package may be removed in favour of one that conflicts with it.
    if (!selections.empty() && !call.noaction) {
        ProcessResult r = run_dpkg(call, {"--set-selections"}, done, selections);
        if (!r.ok())
            throw Error(exit_no, "dpkg cannot select packages to go: " + complaint(r));
    }
    // dpkg unpacks in the order given and wants pre-dependencies configured before: as long as a
    // round brings some packages in, the next may bring the others.
    while (!todo.empty()) {
        std::vector<std::string> argv = {"--install"};
        for (auto* op : todo)
            argv.push_back(op->file);
        ProcessResult r = run_dpkg(call, argv, done);
        if (call.noaction) {
            if (!r.ok())
                throw Error(exit_data, "dpkg refuses the packages:\n" + complaint(r));
            break;
        }
        auto left = missing(call, ops);
        if (left.size() == todo.size() || (left.empty() && !r.ok()))
            throw Error(exit_no, "dpkg did not install the packages:\n" + complaint(r));
        todo = std::move(left);
    }
    if (!gone.empty() && !call.noaction) {
        std::set<Package> now;
        for (const Installed& i : dpkg::list(call))
            now.insert(i.package);
        std::vector<std::string> argv = {"--remove"};
        for (const Operation& op : ops)
            if (op.action == Action::erase && now.count(op.package))
                argv.push_back(with_arch(op.package));
        if (argv.size() > 1)
            if (ProcessResult r = run_dpkg(call, argv, done); !r.ok())
                throw Error(exit_no, "dpkg did not remove the packages:\n" + complaint(r));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return plugin_main(
        {.name = "spma-dpkg",
         .usage =
             "spma-dpkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] "
             "capabilities\n"
             "spma-dpkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
             "spma-dpkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
             "spma-dpkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify "
             "[name ...]",
         .about = "Install, replace and remove Debian packages with dpkg.",
         .capabilities = "format deb\ntransaction batches\nversions one\nfetches no\n",
         .list = dpkg::list,
         .apply = apply,
         .verify = dpkg::verify},
        argc, argv);
}
