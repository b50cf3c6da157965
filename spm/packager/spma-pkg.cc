// The packager for Solaris packages: pkginfo tells, pkgrm and pkgadd do, one package at a time.
#include <fmt/core.h>

#include "base/process.hh"
#include "spm/plugin.hh"

using namespace weft;
using namespace weft::spm;

namespace {

ProcessOptions options(const PluginCall& call) {
    ProcessOptions o;
    o.timeout = call.timeout;
    o.output_limit = size_t(64) << 20;
    o.env = {{"LC_ALL", "C"}};
    return o;
}

/// "11.10.0,REV=2005.01.21.15.53": what follows REV= is the release.
void split_version(std::string_view text, Package& p) {
    size_t comma = text.find(",REV=");
    p.version = text.substr(0, comma);
    p.release = comma == std::string_view::npos ? "" : text.substr(comma + 5);
    std::replace(p.version.begin(), p.version.end(), ' ', '_');
}

/// pkginfo -l prints a record a package: "   PKGINST:  SUNWcsr", with an empty line after it.
std::vector<Installed> list(const PluginCall& call) {
    std::vector<std::string> argv = {"pkginfo"};
    if (!call.root.empty())
        argv.insert(argv.end(), {"-R", call.root});
    argv.push_back("-l");
    ProcessResult r = run_process(argv, options(call));
    if (!r.ok() && !r.out.empty())
        throw Error(exit_io, "pkginfo cannot list the packages: " + r.err);
    std::vector<Installed> out;
    Installed i;
    auto finish = [&] {
        if (i.package.name.empty())
            return;
        if (i.package.arch.empty())
            i.package.arch = "all";
        if (i.package.version.empty())
            i.package.version = "0";
        out.push_back(std::move(i));
        i = {};
    };
    for (std::string_view line : lines(r.out)) {
        size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            if (words_of(line).empty())
                finish();
            continue;
        }
        auto key = words_of(line.substr(0, colon));
        auto value = words_of(line.substr(colon + 1));
        if (key.size() != 1 || value.empty())
            continue;
        if (key[0] == "PKGINST")
            i.package.name = value[0];
        if (key[0] == "ARCH")
            i.package.arch = value[0];
        if (key[0] == "VERSION")
            split_version(line.substr(size_t(value[0].data() - line.data())), i.package);
        if (key[0] == "STATUS")
            i.broken = value[0] != "completely";
    }
    finish();
    return out;
}

/// Answers for questions that nobody is there for: go on, except where something would be
/// overwritten by surprise.
constexpr const char* answers =
    "mail=\ninstance=overwrite\npartial=nocheck\nrunlevel=nocheck\nidepend=quit\nrdepend="
    "quit\nspace=quit\nsetuid=nocheck\n"
    "conflict=quit\naction=nocheck\nbasedir=default\n";

void apply(const PluginCall& call, const std::vector<Operation>& ops,
           const std::function<void(const std::string&)>& done) {
    for (const Operation& op : ops)
        if (op.action != Action::erase && op.file.empty())
            throw Error(exit_data, fmt::format("no file to install '{}' from", op.package.text()));
    std::set<Package> there, whole;
    for (const Installed& i : list(call)) {
        there.insert(i.package);
        if (!i.broken)
            whole.insert(i.package);
    }
    ScratchDir dir;
    std::string admin = dir.path() + "/admin";
    write_file(admin, answers, {.sync = false});
    done(fmt::format("begin {}", ops.size()));
    auto run = [&](std::vector<std::string> argv, const Package& p, const char* did) {
        argv.insert(argv.begin() + 1, {"-n", "-a", admin});
        if (!call.root.empty())
            argv.insert(argv.begin() + 1, {"-R", call.root});
        if (call.noaction)
            return done(fmt::format("would {} {}", did, p.text()));
        ProcessResult r = run_process(argv, options(call));
        // 10 and 20: done, and a reboot is wanted.
        if (r.timed_out || (r.status != 0 && r.status != 10 && r.status != 20))
            throw Error(exit_no, fmt::format("{} failed for {} with status {}: {}", argv[0],
                                             p.text(), r.status, r.err));
        if (r.status)
            done(fmt::format("warning {} asks for a reboot", p.text()));
        done(fmt::format("done {} {}", did, p.text()));
    };
    // What goes makes room first, as pkgadd knows no upgrade of another version.
    for (const Operation& op : ops) {
        auto gone = op.old;
        if (op.action == Action::erase)
            gone.push_back(op.package);
        for (const Package& p : gone) {
            if (there.count(p))
                run({"pkgrm", p.name}, p, "erase");
            else
                done("skip " + p.text());
        }
    }
    for (const Operation& op : ops) {
        if (op.action == Action::erase)
            continue;
        if (whole.count(op.package))
            done("skip " + op.package.text());
        else
            run({"pkgadd", "-d", op.file, op.package.name}, op.package, "install");
    }
}

std::vector<std::string> verify(const PluginCall& call, const std::vector<std::string>& names) {
    std::vector<std::string> argv = {"pkgchk", "-n"}, out;
    if (!call.root.empty())
        argv.insert(argv.end(), {"-R", call.root});
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessResult r = run_process(argv, options(call));
    for (const std::string* text : {&r.err, &r.out})
        for (std::string_view line : lines(*text))
            out.emplace_back(line);
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    return plugin_main(
        {.name = "spma-pkg",
         .usage =
             "spma-pkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] "
             "capabilities\n"
             "spma-pkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
             "spma-pkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
             "spma-pkg [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name "
             "...]",
         .about = "Install and remove Solaris packages with pkgadd and pkgrm.",
         .capabilities = "format pkg\ntransaction batches\nversions one\nfetches no\n",
         .list = list,
         .apply = apply,
         .verify = verify},
        argc, argv);
}
