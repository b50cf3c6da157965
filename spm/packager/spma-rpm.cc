// The packager for rpm: everything in one transaction.
#include "base/process.hh"
#include "spm/wrap/rpm.hh"

using namespace weft;
using namespace weft::spm;

/// What `rpm -V` prints: nothing for a package that is as it was installed.
static std::vector<std::string> verify(const PluginCall& call, const std::vector<std::string>& names) {
    std::vector<std::string> argv = {"rpm"}, out;
    if (!call.root.empty()) argv.insert(argv.end(), {"--root", call.root});
    if (!call.dbpath.empty()) argv.insert(argv.end(), {"--dbpath", call.dbpath});
    argv.push_back(names.empty() ? "-Va" : "-V");
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessOptions o;
    o.timeout = call.timeout;
    ProcessResult r = run_process(argv, o);
    if (r.timed_out) throw Error(exit_try_later, "rpm did not finish verifying within the time");
    for (std::string_view line : lines(r.out)) out.emplace_back(line);
    for (std::string_view line : lines(r.err)) out.emplace_back(line);
    return out;
}

int main(int argc, char** argv) {
    return plugin_main({.name = "spma-rpm",
                        .usage = "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] capabilities\n"
                                 "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
                                 "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
                                 "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name ...]",
                        .about = "Install, replace and erase rpm packages in one transaction.",
                        .capabilities = "format rpm\ntransaction one\nversions many\nfetches no\n",
                        .list = rpm::list,
                        .apply = rpm::apply,
                        .verify = verify},
                       argc, argv);
}
