// ncm-service - ask for an action on services, as a component does          page: man/ncm-service.1
#include "base/program.hh"
#include "ncm/actions.hh"
#include "ncm/helper.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.rest().size() < 2)
        throw Error(exit_usage, "an action and the name of a service are needed");
    std::string action = args.rest()[0];
    std::vector<std::string> services(args.rest().begin() + 1, args.rest().end());
    for (const std::string& s : services)
        ncm::check_action(s, action);
    ncm::Run run = ncm::Run::of_environment(args);
    for (const std::string& s : services)
        ncm::ask(run, {s, action});
    return run.errors() ? exit_no : exit_ok;
}

int main(int argc, char** argv) {
    return run({.name = "ncm-service",
                .usage = "ncm-service [-nv] action service ...",
                .about = "Start, stop, restart or reload services: from a component, once, after "
                         "all components.",
                .options = {{'n', "noaction", nullptr, "say what would be done, do nothing"}},
                .body = body},
               argc, argv);
}
