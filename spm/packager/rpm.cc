// Asking the command rpm.
#include "spm/packager/rpm.hh"

#include "base/process.hh"

namespace weft::spm::rpm {

std::vector<std::string> verify(const PluginCall& call, const std::vector<std::string>& names) {
    std::vector<std::string> argv = {"rpm"}, out;
    if (!call.root.empty())
        argv.insert(argv.end(), {"--root", call.root});
    if (!call.dbpath.empty())
        argv.insert(argv.end(), {"--dbpath", call.dbpath});
    argv.push_back(names.empty() ? "-Va" : "-V");
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessOptions o;
    o.timeout = call.timeout;
    ProcessResult r = run_process(argv, o);
    if (r.timed_out)
        throw Error(exit_try_later, "rpm did not finish verifying within the time");
    for (std::string_view line : lines(r.out))
        out.emplace_back(line);
    for (std::string_view line : lines(r.err))
        out.emplace_back(line);
    return out;
}

}  // namespace weft::spm::rpm
