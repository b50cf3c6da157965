// The file-writer contract on the command line.
#include "ncm/helper.hh"

#include <fmt/core.h>

#include <cstdlib>

#include "ncm/actions.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

std::vector<Option> file_options() {
    return {
        {'n', "noaction", nullptr, "say what would change, change nothing"},
        {'m', "mode", "MODE", "its mode in octal; a new file has 0644"},
        {'o', "owner", "USER", "its owner, by name or number"},
        {'g', "group", "GROUP", "its group"},
        {'b', "backup", "SUFFIX", "keep what was there under this suffix"},
        {'s', "sensitive", nullptr, "never show what it holds"},
        {'S', "service", "NAME:ACTION", "when something changed: restart, reload ... this service"},
        {'c', "changed", nullptr, "status 1 when nothing differed"}};
}

/// Of --service; Error(64) for one that is none, Error(65) as check_action().
static std::vector<Request> requests(const Args& args) {
    std::vector<Request> out;
    for (const std::string& word : args.all("service")) {
        size_t colon = word.rfind(':');
        if (colon == std::string::npos)
            throw Error(exit_usage, fmt::format("'{}' is no NAME:ACTION", word));
        out.push_back({word.substr(0, colon), word.substr(colon + 1)});
        check_action(out.back().service, out.back().action);
    }
    return out;
}

FileSpec file_spec(const Args& args) {
    requests(args);  // before anything is changed
    FileSpec s;
    if (args.has("mode")) {
        std::string text = args.get("mode");
        if (text.empty() || text.size() > 5 ||
            text.find_first_not_of("01234567") != std::string::npos)
            throw Error(exit_usage, fmt::format("'{}' is no mode in octal", text));
        s.mode = parse_mode(text);
    }
    s.owner = args.get("owner");
    s.group = args.get("group");
    s.backup = args.get("backup");
    s.sensitive = args.has("sensitive");
    return s;
}

void ask(Run& run, const Request& r) {
    if (std::getenv("NCM_COMPONENT"))
        run.service(r.service, r.action);  // the runner does it once, after all components
    else
        run.command(action_words(service_command(), r.service, r.action));
}

int finish(Run& run, const Args& args, bool changed) {
    if (changed)
        for (const Request& r : requests(args))
            ask(run, r);
    if (run.errors())
        return exit_no;
    return changed || !args.has("changed") ? exit_ok : exit_no;
}

std::string absolute(const std::string& path) {
    if (!path.starts_with('/'))
        throw Error(exit_usage, fmt::format("the path '{}' is not absolute", path));
    return path;
}

}  // namespace weft::ncm
