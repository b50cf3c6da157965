// The packager for rpm that uses dnf: its repositories, its keys, one transaction, and no
// surprises.
#include <fmt/core.h>

#include "base/file.hh"
#include "base/process.hh"
#include "spm/packager/rpm.hh"
#include "spm/wrap/rpm.hh"

using namespace weft;
using namespace weft::spm;

namespace {

/// What dnf says of one package in the table of its transaction.
struct Row {
    bool goes;
    Package package;
};

/// "Installing:", "Removing dependent packages:" and the like begin a section of rows "name arch
/// evr repository size"; long rows are folded, so that words count and not lines.
std::vector<Row> table_of(std::string_view out) {
    std::vector<Row> rows;
    std::vector<std::string_view> words;
    bool inside = false, goes = false;
    auto finish = [&] {
        for (size_t i = 0; i + 4 < words.size();) {
            Package p{std::string(words[i]), "", "", std::string(words[i + 1])};
            std::string evr(words[i + 2]);
            size_t dash = evr.rfind('-');
            p.version = evr.substr(0, dash);
            if (dash != evr.npos)
                p.release = evr.substr(dash + 1);
            rows.push_back({goes, std::move(p)});
            i += 5;
            if (i < words.size() && words[i].size() == 1 &&
                std::string_view("kMGT").find(words[i][0]) != std::string_view::npos)
                i++;
        }
        words.clear();
    };
    for (std::string_view line : lines(out)) {
        if (!line.starts_with(' ') && line.ends_with(':')) {
            finish();
            bool comes = line.starts_with("Installing") || line.starts_with("Upgrading") ||
                         line.starts_with("Downgrading") || line.starts_with("Reinstalling");
            goes = line.starts_with("Removing");
            inside = comes || goes;
        } else if (!line.starts_with(' ')) {
            if (!line.empty() || inside)
                finish();
            inside = false;
        } else if (inside && line.find(" replacing ") == line.npos) {
            auto more = words_of(line);
            words.insert(words.end(), more.begin(), more.end());
        }
    }
    finish();
    return rows;
}

std::string spec(const Package& p) {
    if (p.version == "*")
        return p.arch.find('*') == p.arch.npos ? p.name + "." + p.arch : p.name;
    return p.text();
}

/// A script of dnf's shell: one transaction. Files come first, because it takes none later; an
/// exact version that is older than what is there is a downgrade to `install` as well.
std::string script(const std::vector<Operation>& ops) {
    std::string files, come, newer, gone;
    for (const Operation& op : ops) {
        bool fetched = op.action != Action::erase && !op.file.empty();
        std::string& list = op.action == Action::erase                   ? gone
                            : fetched                                    ? files
                            : !op.old.empty() && op.package.is_pattern() ? newer
                                                                         : come;
        list += " " + (fetched ? op.file : spec(op.package));
    }
    std::string s;
    for (auto& [verb, list] :
         {std::pair("install", files), {"install", come}, {"upgrade", newer}, {"remove", gone}})
        if (!list.empty())
            s += verb + list + "\n";
    return s + "run\n";
}

ProcessResult run_dnf(const PluginCall& call, const std::string& answer, const std::string& file,
                      std::function<void(std::string_view)> on_line = {}) {
    std::vector<std::string> argv = {"dnf", "-q", answer};
    if (answer == "--assumeno" || on_line)
        argv.erase(argv.begin() + 1);  // quiet, it shows neither table nor progress
    if (!call.root.empty())
        argv.push_back("--installroot=" + call.root);
    // What was planned, and nothing that dnf would like besides.
    for (const char* o :
         {"install_weak_deps=False", "clean_requirements_on_remove=False", "obsoletes=False",
          "best=True", "strict=True", "color=never", "installonly_limit=0"})
        argv.push_back(std::string("--setopt=") + o);
    // Metadata that expires after the trial would let the run do what nobody compared.
    if (answer == "-y")
        argv.insert(argv.end(), {"--setopt=metadata_expire=-1", "--setopt=*.metadata_expire=-1"});
    if (call.checksig)
        argv.insert(argv.end(), {"--setopt=gpgcheck=True", "--setopt=localpkg_gpgcheck=True"});
    argv.insert(argv.end(), {"shell", file});
    ProcessOptions o;
    o.timeout = call.timeout;
    o.env = {{"LC_ALL", "C.UTF-8"}};
    o.on_line = std::move(on_line);
    ProcessResult r = run_process(argv, o);
    if (r.timed_out)
        throw Error(exit_no, "dnf did not finish within the time");
    return r;
}

std::string complaint(const ProcessResult& r) {
    std::string s;
    for (const std::string* text : {&r.err, &r.out})
        for (std::string_view line : lines(*text))
            if (line.starts_with("Error") || line.starts_with("  ") ||
                line.starts_with(" Problem") || line.starts_with("No match") ||
                line.starts_with("No package"))
                s += (s.empty() ? "" : "\n") + std::string(line);
    return s.empty() ? r.err : s;
}

/// What dnf would do, against what was planned.
void compare(const std::vector<Row>& rows, const std::vector<Operation>& ops,
             const std::string& said) {
    std::string wrong;
    std::vector<bool> met(ops.size());
    for (const Row& row : rows) {
        bool planned = false;
        for (size_t i = 0; i < ops.size(); i++) {
            const Operation& op = ops[i];
            // A replacement may be shown as a removal of what is old, where dnf sees no upgrade.
            bool old = row.goes && std::any_of(op.old.begin(), op.old.end(), [&](auto& o) {
                           return matches(o, row.package, Format::rpm);
                       });
            bool same = row.goes == (op.action == Action::erase) &&
                        matches(op.package, row.package, Format::rpm);
            planned |= old || same;
            if (same)
                met[i] = true;
        }
        if (!planned)
            wrong += fmt::format("\n  {} {}", row.goes ? "erase" : "install", row.package.text());
    }
    if (!wrong.empty())
        throw Error(exit_data, "dnf would do more than was planned:" + wrong, {},
                    "name these packages in the target");
    for (size_t i = 0; i < ops.size(); i++)
        if (!met[i])
            wrong += fmt::format("\n  {} {}", ops[i].action == Action::erase ? "erase" : "install",
                                 ops[i].package.text());
    if (!wrong.empty())
        throw Error(exit_data, "dnf would not do what was planned:" + wrong +
                                   (said.empty() ? "" : "\nit says:\n" + said));
}

/// The operations, against what is there now.
struct Work {
    std::vector<Package> there;
    std::vector<Operation> left;

    Work(const PluginCall& call, const std::vector<Operation>& all) {
        for (const Installed& i : rpm::list(call))
            there.push_back(i.package);
        for (const Operation& op : all) {
            if (op.action == Action::erase ? !has(op.package) : came(op) && !old_left(op))
                continue;
            // Killed between an installation and its erasure, both are there: what is old has to
            // go yet.
            if (op.action != Action::erase && came(op)) {
                for (const Package& p : op.old)
                    if (has(p))
                        left.push_back({Action::erase, p});
            } else {
                left.push_back(op);
            }
        }
    }
    bool has(const Package& p) const {
        return std::any_of(there.begin(), there.end(),
                           [&](auto& q) { return matches(p, q, Format::rpm); });
    }
    /// What is old may match a pattern too.
    bool came(const Operation& op) const {
        return std::any_of(there.begin(), there.end(), [&](auto& q) {
            return matches(op.package, q, Format::rpm) &&
                   std::none_of(op.old.begin(), op.old.end(), [&](auto& o) { return o == q; });
        });
    }
    bool old_left(const Operation& op) const {
        return std::any_of(op.old.begin(), op.old.end(), [&](auto& p) { return has(p); });
    }
};

void run_once(const PluginCall& call, const std::vector<Operation>& ops,
              const std::function<void(const std::string&)>& done) {
    done(fmt::format("begin {}", ops.size()));
    if (ops.empty())
        return;
    ScratchDir dir;
    std::string file = dir.path() + "/script";
    write_file(file, script(ops), {.sync = false});
    ProcessResult would = run_dnf(call, "--assumeno", file);
    auto rows = table_of(would.out);
    if (rows.empty())
        throw Error(exit_data, "dnf refuses the packages:\n" + complaint(would));
    compare(rows, ops, complaint(would));
    if (call.noaction)
        return;
    ProcessResult r = run_dnf(call, "-y", file, [&](std::string_view line) {
        // "  Upgrading        : ntp-2-1.noarch                    1/2"
        auto w = words_of(line);
        if (w.size() < 4 || w[1] != ":" || w.back().find('/') == std::string_view::npos)
            return;
        if (w[0] == "Installing" || w[0] == "Upgrading" || w[0] == "Downgrading")
            done(fmt::format("done install {}", w[2]));
        if (w[0] == "Erasing" || w[0] == "Cleanup")
            done(fmt::format("done erase {}", w[2]));
    });
    if (!r.ok() || !Work(call, ops).left.empty())
        throw Error(exit_no, "dnf did not carry the packages out:\n" + complaint(r));
}

void apply(const PluginCall& call, const std::vector<Operation>& all,
           const std::function<void(const std::string&)>& done) {
    // A dnf that outlived its packager locks the database only when it has made up its mind: what
    // it changed under our hands is no failure, and is looked at again.
    for (int tries = 1;; tries++) {
        if (!call.noaction)
            rpm::wait_unlocked(call);
        Work work(call, all);
        if (tries == 1)
            for (const Operation& op : all)
                if (std::find_if(work.left.begin(), work.left.end(), [&](auto& l) {
                        return l.package == op.package ||
                               std::find(op.old.begin(), op.old.end(), l.package) != op.old.end();
                    }) == work.left.end())
                    done("skip " + op.package.text());
        try {
            return run_once(call, work.left, done);
        } catch (const Error&) {
            if (call.noaction)
                throw;
            rpm::wait_unlocked(call);
            Work now(call, all);
            if (tries == 3 || now.there == work.there)
                throw;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return plugin_main(
        {.name = "spma-dnf",
         .usage =
             "spma-dnf [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] "
             "capabilities\n"
             "spma-dnf [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
             "spma-dnf [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
             "spma-dnf [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name "
             "...]",
         .about = "Install, replace and erase rpm packages with dnf, from its own repositories.",
         .capabilities = "format rpm\ntransaction one\nversions one\nfetches yes\n",
         .list = rpm::list,
         .apply = apply,
         .verify = rpm::verify},
        argc, argv);
}
