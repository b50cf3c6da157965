// ncm-edit - change lines of a file that others write too                   page: man/ncm-edit.1
#include <cstdlib>

#include "ncm/edit.hh"
#include "ncm/helper.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.has("root"))
        setenv("NCM_ROOT", args.root().c_str(), 1);
    if (args.rest().size() < 2)
        throw Error(exit_usage, "a path and a change are needed");
    std::string path = ncm::absolute(args.rest()[0]);
    auto edits = ncm::parse_edits({args.rest().begin() + 1, args.rest().end()});
    ncm::FileSpec spec = ncm::file_spec(args);
    ncm::Run run = ncm::Run::of_environment(args);
    auto before = run.read(path);
    std::string text = before.value_or("");
    for (const ncm::Edit& e : edits)
        text = ncm::edited(text, e);
    if (!before && text.empty())
        return ncm::finish(run, args, false);  // nothing to take out of no file
    return ncm::finish(run, args, run.file(path, text, spec));
}

int main(int argc, char** argv) {
    return run({.name = "ncm-edit",
                .usage = "ncm-edit [-cns] [-m mode] [-o user] [-g group] [-b suffix] [-S "
                         "name:action] path change [+ change ...]",
                .about = "Change lines of a file, all at once: only if something differs, "
                         "atomically, and say so.",
                .options = ncm::file_options(),
                .body = body},
               argc, argv);
}
