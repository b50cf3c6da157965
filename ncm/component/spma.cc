// spma: the packages of the profile, as the target of the package agent, which is then run.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "ncm/component.hh"
#include "ncm/repofiles.hh"

namespace weft::ncm {

namespace {

constexpr const char* target_file = "/var/lib/spma-target.cf";
constexpr const char* repositories_file = "/var/lib/spma-repositories.json";
constexpr const char* settings_file = "/etc/spma.conf";

bool among(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A field of a target line.
std::string word(const std::string& s) {
    if (s.empty() || s.find_first_of(" \t\r\n#") != std::string::npos)
        throw Error(exit_data, "'" + s + "' cannot be written in a target");
    return s;
}

/// /software/packages is name, version, "arch", architecture = repository; no version means any.
std::string target_of(const Run& run, const Element& packages, const Element* groups) {
    View c = run.config();
    auto list = [&](const char* key) {
        return c[key].texts();
    };
    auto must = list("mandatory"), hold = list("held"), correct = list("ifpresent");
    std::string text = run.header();
    auto flags = [&](const std::string& name) {
        // A pattern of names asks for nothing to be installed: it is a version lock.
        if (name.find_first_of("*?") != std::string::npos || among(correct, name))
            return " IFPRESENT";
        return among(hold, name) ? " HELD" : among(must, name) ? " ISMANDATORY" : "";
    };
    for (auto& [name, versions] : View(&packages).unescaped()) {
        auto all = versions.unescaped();
        if (all.empty())
            text += "- " + word(name) + " * * *" + flags(name) + "\n";
        for (auto& [evr, entry] : all) {
            size_t dash = evr.rfind('-');
            std::string version = evr.substr(0, dash), release = dash == std::string::npos
                                                                     ? (run.debian() ? "-" : "*")
                                                                     : evr.substr(dash + 1);
            if (version == "*")
                release = "*";
            std::vector<std::string> arches;
            for (auto& arch : entry["arch"].members())
                arches.push_back(arch.name);
            if (arches.empty())
                arches.push_back("*");
            for (auto& arch : arches)
                text += "- " + word(name) + " " + word(version) + " " + word(release) + " " +
                        word(arch) + flags(name) + "\n";
        }
    }
    if (groups)
        for (auto& [name, kinds] : View(groups).unescaped())
            for (auto& [kind, fallback] :
                 {std::pair("mandatory", true), {"default", true}, {"optional", false}})
                if (kinds[kind].flag(fallback))
                    text += "- @" + word(name) + "/" + kind + " * * *\n";
    for (auto& name : list("unwanted"))
        text += "- " + word(name) + " * * * ISUNWANTED\n";
    for (auto& name : list("locked"))
        text += "- " + word(name) + " * * * LOCKED\n";
    return text;
}

/// The words of Quattor, and the packager of ours that does the work.
const std::map<std::string, std::string> packagers = {
    {"rpm", "rpm"}, {"dnf", "dnf"},   {"dpkg", "dpkg"},  {"apt", "apt"}, {"pkg", "pkg"},
    {"yum", "rpm"}, {"yumng", "rpm"}, {"yumdnf", "dnf"}, {"ips", "pkg"}};

std::string packager_of(const Run& run) {
    std::string word = run.config()["packager"].line(run.debian() ? "dpkg" : "rpm");
    auto it = packagers.find(word);
    if (it == packagers.end()) {
        std::string known;
        for (const auto& [name, ours] : packagers)
            known += (known.empty() ? "" : ", ") + name;
        throw Error(exit_data,
                    fmt::format("the setting '/software/components/spma/packager' is '{}': it is "
                                "one of {}",
                                word, known));
    }
    return it->second;
}

/// What the packager of the site's own words would have written.
void repository_files(Run& run, const Element* repositories) {
    std::string word = run.config()["packager"].text();
    if (!repositories)
        return;
    if (word == "yum" || word == "yumng" || word == "yumdnf")
        write_yum_files(run, run.config(), View(repositories), word == "yumdnf");
    else if (word == "apt")
        write_apt_files(run, run.config(), View(repositories));
}

std::string settings_of(const Run& run) {
    View c = run.config();
    std::string text = run.header() + "packager = " + packager_of(run) + "\n";
    // The keys of the schema, each called as spma calls it.
    for (const char* key : {"userpkgs", "userprio", "protectkernel", "usespmlist", "localcache",
                            "proxy", "proxyrandom", "checksig"})
        if (c[key])
            text += std::string(key) + " = " + (c[key].flag() ? "yes" : "no") + "\n";
    for (const char* key : {"cachedir", "cachelimit", "proxytype", "proxyport", "refresh",
                            "connections", "guardremovals", "guardpercent", "guardage"})
        if (c[key])
            text += std::string(key) + " = " + c[key].line() + "\n";
    for (const char* key : {"proxyhost", "headcache", "essential"})
        if (c[key]) {
            std::string words = join(c[key].texts(), " ");
            std::replace(words.begin(), words.end(), ',', ' ');
            text += std::string(key) + " = " + words + "\n";
        }
    if (c["missing"])
        text += "dependencies = " + c["missing"].line() +
                "\n";  // that word is every component's already
    return text;
}

/// The agent, which has the name of this component: beside our own programs, else in PATH.
std::string agent() {
    namespace fs = std::filesystem;
    fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
    fs::path prefix =
        here.filename() == "weft" ? here.parent_path().parent_path() : here.parent_path();
    for (const char* dir : {"sbin", "bin"})
        if (fs::path p = prefix / dir / "spma"; access(p.c_str(), X_OK) == 0)
            return p;
    return "spma";
}

/// What spma printed, line by line.
void pass_on(Run& run, const ProcessResult& r) {
    for (std::string_view line : lines(r.out))
        run.info(line);
    for (std::string_view line : lines(r.err)) {
        size_t colon = line.find(": ");
        std::string_view words = colon == std::string_view::npos ? line : line.substr(colon + 2);
        if (words.starts_with("warning: "))
            run.warn(words.substr(9));
        else if (words.starts_with("info: "))
            run.verbose(words.substr(6));
        else if (!r.ok() && words.starts_with("error: "))
            run.error(words.substr(7));
        else if (!r.ok())
            run.info(line);
    }
}

void configure_spma(Run& run) {
    const Element *packages = run.extra("/software/packages"),
                  *repositories = run.extra("/software/repositories");
    run.file(settings_file, settings_of(run));
    std::string json;
    if (repositories)
        write_json(*repositories, json, {.plain = true});
    if (repositories)
        run.file(repositories_file, json + "\n");
    else
        run.remove(repositories_file);
    repository_files(run, repositories);
    if (!packages || !packages->size())
        return run.info("the profile has no packages: no target is written, and spma is not run");
    const Element* groups = run.extra("/software/groups");
    std::string packager = packager_of(run);
    if (groups && groups->size() && packager != "rpm" && packager != "dnf") {
        run.info("groups of packages are a matter of rpm repositories, and not used here");
        groups = nullptr;
    }
    std::string target = target_of(run, *packages, groups);
    run.file(target_file, target);
    if (!run.config()["run"].flag(true))
        return;

    std::vector<std::string> argv = {agent()};
    if (run.rooted()) {
        std::string root = run.place("/");
        while (root.size() > 1 && root.ends_with('/'))
            root.pop_back();
        argv.insert(argv.end(), {"--root", root});
    }
    ProcessOptions o;
    o.timeout = 86400;  // ours is the runner's
    if (run.noaction()) {
        // The files are not there: it plans from copies.
        ScratchDir dir;
        write_file(dir.path() + "/target", target, {.sync = false});
        write_file(dir.path() + "/repositories", repositories ? json : "[]", {.sync = false});
        write_file(dir.path() + "/settings", settings_of(run), {.sync = false});
        argv.insert(argv.end(),
                    {"-n", "-f", dir.path() + "/settings", "--targetconf", dir.path() + "/target",
                     "--repositories", dir.path() + "/repositories", "plan"});
        ProcessResult r = run_process(argv, o);
        pass_on(run, r);
        if (!r.ok())
            run.warn("spma would refuse, or could not plan");
        return;
    }
    argv.push_back("apply");
    ProcessResult r = run_process(argv, o);
    pass_on(run, r);
    if (!r.ok())
        run.error("spma ended with status " + std::to_string(r.status));
}

/// Packages stay as they are; the agent is no longer told what they should be.
void unconfigure_spma(Run& run) {
    for (const char* path : {target_file, repositories_file, settings_file})
        run.remove(path);
    remove_repository_files(run);
}

}  // namespace

extern const Component spma_component{
    .name = "spma",
    .about = "packages: the target, repositories and settings of spma, which is then run",
    .watch = {"/software/packages", "/software/repositories", "/software/groups"},
    .configure = configure_spma,
    .unconfigure = unconfigure_spma};

}  // namespace weft::ncm
