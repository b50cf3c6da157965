// ncm-file - write a file as a component of ours would                      page: man/ncm-file.1
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "ncm/helper.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.has("root"))
        setenv("NCM_ROOT", args.root().c_str(), 1);
    ncm::Run run = ncm::Run::of_environment(args);
    int verbs = args.has("directory") + args.has("remove") + args.has("keep") + args.has("link") +
                args.has("attributes");
    if (verbs > 1)
        throw Error(exit_usage,
                    "only one of --directory, --link, --attributes, --remove and --keep");
    if (args.rest().size() != 1)
        throw Error(exit_usage, "exactly one path is needed");
    std::string path = ncm::absolute(args.rest()[0]);
    ncm::FileSpec spec = ncm::file_spec(args);
    if (args.has("keep")) {
        run.about_to_change(path);
        return exit_ok;
    }
    bool changed;
    if (args.has("directory"))
        changed = run.folder(path, spec);
    else if (args.has("remove"))
        changed = run.remove(path);
    else if (args.has("link"))
        changed = run.link(path, args.get("link"));
    else if (args.has("attributes"))
        changed = run.attributes(path, spec);
    else
        changed = run.file(path, std::string(std::istreambuf_iterator<char>(std::cin), {}), spec);
    return ncm::finish(run, args, changed);
}

int main(int argc, char** argv) {
    Program p{
        .name = "ncm-file",
        .usage =
            "ncm-file [-cns] [-m mode] [-o user] [-g group] [-b suffix] [-S name:action] path "
            "<contents\n"
            "ncm-file [-cn] [-m mode] [-o user] [-g group] [-S name:action] --directory path\n"
            "ncm-file [-cn] [-m mode] [-o user] [-g group] [-S name:action] --attributes path\n"
            "ncm-file [-cn] [-S name:action] --link target path\n"
            "ncm-file [-cn] [-S name:action] --remove path\n"
            "ncm-file --keep path",
        .about =
            "Replace a file by what comes on standard input: only if it differs, atomically, and "
            "say so.",
        .options = ncm::file_options(),
        .body = body};
    p.options.insert(p.options.end(),
                     {{'d', "directory", nullptr, "make a folder"},
                      {'a', "attributes", nullptr, "only put mode and owner right"},
                      {'l', "link", "TARGET", "make a symbolic link"},
                      {'r', "remove", nullptr, "remove it"},
                      {'k', "keep", nullptr, "only note that it is about to change"}});
    return run(p, argc, argv);
}
