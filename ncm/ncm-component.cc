// ncm-component - the built-in components in one program                       page:
// man/ncm-component.8
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/program.hh"
#include "ncm/component.hh"

using namespace weft;

static int body(const Args& args) {
    if (args.has("list") || args.rest().empty()) {
        if (!args.has("list"))
            throw Error(exit_usage, "no component named", {}, "'ncm-component --list' prints them");
        for (const ncm::Component* c : ncm::components())
            printf("%-12s %s\n", c->name, c->about);
        return exit_ok;
    }
    const ncm::Component* c = ncm::find_component(args.rest()[0]);
    if (!c)
        throw Error(exit_usage, "there is no built-in component '" + args.rest()[0] + "'");
    if (args.rest().size() != 2)
        throw Error(exit_usage, "one verb is needed: describe, configure, unconfigure or check");
    if (!args.root().empty())
        setenv("NCM_ROOT", args.root().c_str(), 1);
    return ncm::run_component(*c, args.rest()[1]);
}

int main(int argc, char** argv) {
    // Called by the name of a component, as the runner does: only the verb follows.
    std::string_view self = argc ? argv[0] : "";
    self.remove_prefix(self.rfind('/') + 1);
    if (const ncm::Component* c = ncm::find_component(self); c && argc == 2 && argv[1][0] != '-')
        return ncm::run_component(*c, argv[1]);
    return run({.name = "ncm-component",
                .usage = "ncm-component [-hVv] [--root DIR] component verb\nncm-component --list",
                .about = "One run of a built-in component, as the runner would start it.",
                .options = {{0, "list", nullptr, "print the built-in components"}},
                .body = body},
               argc, argv);
}
