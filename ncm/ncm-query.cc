// ncm-query - show the node's profile as Quattor's tool of that name does    page: man/ncm-query.1
#include <fmt/core.h>

#include "base/program.hh"
#include "ncm/ccmconf.hh"
#include "ncm/plan.hh"
#include "ncm/show.hh"
using namespace weft;

namespace {

constexpr int exit_failed = 255;

/// Without what lies deeper than so many steps.
Element pruned(const Element& e, long depth) {
    if (e.is(Kind::dict)) {
        Element d = Element::new_dict();
        if (depth > 0)
            for (const Dict::Entry& c : e.dict())
                d.dict_ref().at(c.key) = pruned(c.value, depth - 1);
        return d;
    }
    if (e.is(Kind::list)) {
        Element l = Element::new_list();
        if (depth > 0)
            for (const Element& c : e.list())
                l.list_ref().push_back(pruned(c, depth - 1));
        return l;
    }
    return e;
}

/// For completion in shells: what is below, a resource with a slash at its end.
void print_paths(const Element& e, const std::string& path, long depth) {
    if (depth <= 0 || e.is_property())
        return;
    auto one = [&](const std::string& term, const Element& c) {
        fmt::print("{}/{}{}\n", path, term, c.is_property() ? "" : "/");
        print_paths(c, path + "/" + term, depth - 1);
    };
    if (e.is(Kind::dict))
        for (const Dict::Entry& c : e.dict())
            one(std::string(c.key.view()), c.value);
    else
        for (size_t i = 0; i < e.size(); i++)
            one(std::to_string(i), e.list()[i]);
}

int show(const Args& args, const ncm::Configuration& c, const std::string& asked) {
    std::string path = asked;
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    auto tree = c.tree(path);
    if (!tree)
        throw Error(exit_failed, fmt::format("the path '{}' does not exist", path));
    long depth = args.number("depth", 1000);
    if (args.has("paths")) {
        print_paths(*tree, path == "/" ? "" : path, depth);
        return exit_ok;
    }
    Path where = Path::parse(path);
    std::string text = ncm::show(pruned(*tree, depth), where, args.has("pan") ? "pan" : "ncmquery");
    // The tree begins with its name alone.
    if (!args.has("pan") && !tree->is_property() && !where.is_root())
        text = "+-" +
               (args.has("nounescape")
                    ? where.terms().back().text()
                    : unescape(where.terms().back().text()).value_or(where.terms().back().text())) +
               text.substr(text.find('\n'));
    fmt::print("\n[INFO] Subtree: {}\n{}", path, text);
    return exit_ok;
}

int is_active(const Args& args, const ncm::Configuration& c) {
    std::string name = args.get("isactive");
    bool active = ncm::is_component_name(name) && ncm::planned(c, name).active;
    if (!active)
        throw Error(exit_failed,
                    fmt::format("component '{}' is not in the profile or not active", name));
    fmt::print("[INFO] Component {} is active\n", name);
    return exit_ok;
}

int body(const Args& args) {
    if (args.has("quiet") &&
        (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)))
        return exit_failed;
    ncm::Settings settings = ncm::read_ccm_settings(args);
    ncm::Configuration c = ncm::CacheManager(settings.get("cache_root")).configuration();
    c.hide_secrets();
    if (args.has("isactive"))
        return is_active(args, c);
    std::vector<std::string> paths = args.all("dump");
    bool components = false;
    for (const char* word : {"components", "component"})
        for (const std::string& name : args.all(word)) {
            paths.push_back(ncm::component_path(name));
            components = true;
        }
    for (const std::string& word : args.rest())
        paths.push_back(components && !word.starts_with('/') ? ncm::component_path(word) : word);
    if (paths.empty())
        throw Error(exit_usage, "name a path or a component to show");
    for (const std::string& path : paths)
        if (int status = show(args, c, path))
            return status;
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    return run({.name = "ncm-query",
                .usage = "ncm-query [--pan] [--depth n] [--paths] [--dump] path ...\n"
                         "ncm-query [--pan] [--depth n] [--paths] --components name ...\n"
                         "ncm-query [--quiet] --isactive name",
                .about = "Show the node's profile, as Quattor's tool of this name does; ccm(1) "
                         "can do more.",
                .options = {{0, "dump", "PATH", "show what is below this path"},
                            {0, "components", "NAME", "show this component's configuration"},
                            {0, "component", "NAME", "the same"},
                            {0, "isactive", "NAME", "status 0 when the component is active"},
                            {0, "depth", "N", "no deeper than this"},
                            {0, "paths", nullptr, "only the paths, resources with a slash"},
                            {0, "pan", nullptr, "one assignment a line"},
                            {0, "cache_root", "DIR", "the profile cache"},
                            {0, "cfgfile", "FILE", "settings (/etc/ccm.conf)"},
                            {0, "quiet", nullptr, "print nothing"},
                            {0, "nounescape", nullptr, "names as they are in the profile"},
                            {0, "unescape", nullptr, "the opposite, the default"},
                            {0, "deref", nullptr, "accepted and not used"},
                            {0, "deriv", nullptr, "accepted; see 'ccm why'"},
                            {0, "debug", "N", "accepted and not used"}},
                .body = body,
                .commands = {},
                .usage_status = exit_failed},
               argc, argv);
}
