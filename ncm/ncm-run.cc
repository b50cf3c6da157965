// ncm-run - run a command that changes the system, as a component does      page: man/ncm-run.1
#include <fmt/core.h>

#include <iostream>
#include <iterator>

#include "base/program.hh"
#include "ncm/component.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.rest().empty())
        throw Error(exit_usage, "a command is needed");
    ncm::Run run = ncm::Run::of_environment(args);
    std::string shown =
        args.has("sensitive") ? args.rest()[0] + " ..." : ncm::join(args.rest(), " ");
    if (!args.has("keeps-state") && (run.noaction() || run.rooted())) {
        run.info(
            fmt::format("{}: {}", run.noaction() ? "would run" : "not run below NCM_ROOT", shown));
        return exit_ok;
    }
    ProcessOptions o;
    o.timeout = double(args.number("timeout", 60, 1, 1 << 20));
    o.merge = true;
    o.on_line = [&](std::string_view line) {
        if (!args.has("sensitive"))
            run.verbose(line);
    };
    if (args.has("input"))
        o.input = std::string(std::istreambuf_iterator<char>(std::cin), {});
    ProcessResult r = run_process(args.rest(), o);
    if (r.timed_out)
        run.error(fmt::format("'{}' did not end within {} s", shown, o.timeout));
    else if (!r.ok())
        run.error(fmt::format(
            "'{}' failed with status {}{}{}", shown, r.status,
            args.has("sensitive") || r.out.empty() ? "" : ": ",
            args.has("sensitive") ? "" : r.out.substr(0, r.out.find_last_not_of('\n') + 1)));
    return r.timed_out ? exit_try_later : r.status;
}

int main(int argc, char** argv) {
    return run(
        {.name = "ncm-run",
         .usage = "ncm-run [-iknsv] [-t seconds] -- command [argument ...]",
         .about = "Run a command without a shell: with a time limit, not under noaction, its "
                  "failure an error.",
         .options = {{'n', "noaction", nullptr, "say what would be run, run nothing"},
                     {'k', "keeps-state", nullptr, "it changes nothing: run it under noaction too"},
                     {'s', "sensitive", nullptr, "show neither its arguments nor its output"},
                     {'i', "input", nullptr, "give it standard input"},
                     {'t', "timeout", "SECONDS", "its time limit (60)"}},
         .body = body},
        argc, argv);
}
