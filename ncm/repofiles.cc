// Layout as of the component spma of Quattor, so that a site that moves sees no difference.
#include "ncm/repofiles.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

namespace {

constexpr const char* yum_folder = "/etc/yum.repos.d";
constexpr const char* yum_own_folder = "/etc/yum.quattor.repos.d";
constexpr const char* plugin_folder = "/etc/yum/pluginconf.d";
constexpr const char* apt_folder = "/etc/apt/sources.list.d";

std::string repository_name(View r) {
    std::string name = r["name"].line();
    for (char c : name)
        if (!isalnum(static_cast<unsigned char>(c)) && !strchr("_.-", c))
            name.clear();
    if (name.empty() || name[0] == '.')
        throw Error(exit_data, fmt::format("'{}' is no name of a repository", r["name"].text()));
    return name;
}

/// As yum reads it: booleans as numbers, lists by blanks.
std::string yum_value(View v) {
    if (v.element()->is(Kind::list)) {
        std::vector<std::string> words;
        for (View w : v.items())
            words.push_back(w.line());
        return join(words, " ");
    }
    return v.element()->is(Kind::boolean) ? (v.flag() ? "1" : "0") : v.line();
}

std::string yum_repository(Run& run, View r, const std::string& folder, bool with_dnf) {
    std::string name = repository_name(r);
    std::string text = run.header() + fmt::format("\n[{0}]\nname={0}\nbaseurl=", name);
    for (View p : r["protocols"].items())
        text += "\n    " + p["url"].line();
    text += "\n";
    for (View p : r["protocols"].items())
        for (const char* key : {"cacert", "clientkey", "clientcert", "verify"})
            if (p[key])
                text += fmt::format("ssl{}={}\n", key, yum_value(p[key]));
    text += "metadata_expire=7d\n";
    if (!with_dnf)
        text += fmt::format("include={}/{}.pkgs\n", folder, name);
    if (r["excludepkgs"])
        text += "exclude=" + yum_value(r["excludepkgs"]) + "\n";
    if (!r["proxy"].text().empty())
        text += "proxy=" + r["proxy"].line() + "\n";
    for (const char* key : {"enabled", "gpgcheck", "priority", "includepkgs", "skip_if_unavailable",
                            "repo_gpgcheck", "gpgcakey", "module_hotfixes"})
        if (r[key])
            text += fmt::format("{}={}\n", key, yum_value(r[key]));
    if (r["gpgkey"]) {
        text += "gpgkey=";
        for (View k : r["gpgkey"].items())
            text += "\n    " + k.line();
        text += "\n";
    }
    return text;
}

/// Files of these endings that are not wanted go: all, or those with our header.
void keep_only(Run& run, const std::string& folder, const std::set<std::string>& wanted,
               const std::vector<std::string>& endings, bool all) {
    for (const std::string& file : run.names_in(folder)) {
        std::string path = folder + "/" + file;
        bool ours =
            std::any_of(endings.begin(), endings.end(), [&](auto& e) { return file.ends_with(e); });
        if (!ours || wanted.count(file))
            continue;
        if (all || run.read(path).value_or("").starts_with(run.header()))
            run.remove(path);
    }
}

void yum_plugins(Run& run, View plugins) {
    for (const auto& [name, settings] : plugins.members()) {
        if (name == "versionlock")
            continue;  // spma itself holds the versions, and there is no list
        if (name.find_first_of("/.") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' is no name of a plug-in", name));
        std::string text = run.header() + "[main]\n";
        for (const auto& [key, value] : settings.members())
            text += key + "=" + yum_value(value) + "\n";
        run.file(fmt::format("{}/{}.conf", plugin_folder, name), text);
    }
}

}  // namespace

void write_yum_files(Run& run, View settings, View repositories, bool with_dnf) {
    bool user_packages = settings["userpkgs"].flag();
    // Where packages of users are not wanted, neither are the repositories that packages bring.
    std::string folder =
        user_packages || !settings["userpkgs_retry"].flag(true) ? yum_folder : yum_own_folder;
    std::set<std::string> wanted;
    for (View r : repositories.items()) {
        std::string name = repository_name(r);
        run.file(folder + "/" + name + ".repo", yum_repository(run, r, folder, with_dnf));
        wanted.insert(name + ".repo");
        if (with_dnf)
            continue;
        run.file(folder + "/" + name + ".pkgs",
                 fmt::format("# Additional configuration for {}\n", name));
        wanted.insert(name + ".pkgs");
    }
    keep_only(run, folder, wanted, {".repo", ".pkgs"},
              settings["repository_cleanup"].flag(!user_packages));
    yum_plugins(run, settings["plugins"]);

    std::vector<std::string> folders = settings["reposdirs"].texts();
    folders.insert(folders.begin(), folder);
    std::map<std::string, std::optional<std::string>> lines_of_main = {
        {"clean_requirements_on_remove", "clean_requirements_on_remove=1"},
        {"obsoletes", fmt::format("obsoletes={}", settings["process_obsoletes"].flag() ? 1 : 0)},
        {"reposdir", "reposdir=" + join(folders, ",")},
        {"pluginconfpath", std::string("pluginconfpath=") + plugin_folder}};
    for (const auto& [key, value] : settings["main_options"].members())
        lines_of_main.try_emplace(key, key + "=" + yum_value(value));
    std::string main_file = with_dnf ? "/etc/dnf/dnf.conf" : "/etc/yum.conf";
    std::string before = run.read(main_file).value_or("[main]\n");
    run.file(main_file, KeyLines{.separators = "= \t"}.set(before, lines_of_main));
}

void write_apt_files(Run& run, View settings, View repositories) {
    std::set<std::string> wanted;
    for (View r : repositories.items()) {
        std::string name = repository_name(r), text = run.header();
        for (View p : r["protocols"].items())
            text += fmt::format("deb {}{}\n", r["gpgcheck"].flag() ? "" : "[trusted=yes] ",
                                p["url"].line());
        run.file(fmt::format("{}/{}.list", apt_folder, name), text);
        wanted.insert(name + ".list");
    }
    keep_only(run, apt_folder, wanted, {".list"}, !settings["userrepos"].flag(true));
}

void remove_repository_files(Run& run) {
    for (const char* folder : {yum_folder, yum_own_folder, apt_folder})
        keep_only(run, folder, {}, {".repo", ".list"}, false);
}

}  // namespace weft::ncm
