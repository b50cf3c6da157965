// postfix: main.cf, master.cf and the files that say how to ask databases; postfix reads them
// before they are used.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

const std::string folder = "/etc/postfix/";

/// yes and no, "hash:/etc/aliases" of a lookup, lists with commas.
std::string value(View v) {
    if (v.element()->is(Kind::boolean))
        return v.flag() ? "yes" : "no";
    if (v["type"] && v["name"])
        return v["type"].line() + ":" + v["name"].line();
    if (!v.element()->is(Kind::list))
        return v.line();
    std::vector<std::string> words;
    for (View i : v.items())
        words.push_back(value(i));
    return join(words, ", ");
}

/// A dict key of the profile cannot begin with a digit: _2bounce_notice_recipient.
std::string parameter(const std::string& key) {
    std::string name =
        key.size() > 1 && key[0] == '_' && std::isdigit(static_cast<unsigned char>(key[1]))
            ? key.substr(1)
            : key;
    for (unsigned char c : name)
        if (!std::isalnum(c) && c != '_' && c != '-' && c != '.')
            throw Error(exit_data, "'" + key + "' is no parameter");
    return name;
}

std::string parameters(View dict) {
    std::string out;
    for (const auto& [key, v] : dict.members()) {
        std::string s = value(v);  // an empty one differs from none
        out += parameter(key) + (s.empty() ? " =\n" : " = " + s + "\n");
    }
    return out;
}

std::string master_file(Run& run, View entries) {
    std::string out =
        run.header() + "# service type private unprivileged chroot wakeup maxproc command\n";
    auto flag = [](View v, bool fallback) {
        return v.flag(fallback) ? "y" : "n";
    };
    for (View e : entries.items()) {
        std::string name = e["name"].line(), type = e["type"].line(), command = e["command"].line();
        if (name.empty() || type.empty() || command.empty())
            throw Error(exit_data, "an entry of master needs name, type and command");
        out += fmt::format("{} {} {} {} {} {} {} {}\n", name, type, flag(e["private"], true),
                           flag(e["unprivileged"], true), flag(e["chroot"], true),
                           e["wakeup"].number(0), e["maxproc"].number(100), command);
    }
    return out;
}

/// One database file: hosts as URLs when a protocol is said; it may hold a password.
std::string database(Run& run, View d) {
    Element copy = d.element()->shallow();
    if (auto protocol = d["server_host_protocol"].maybe()) {
        std::vector<std::string> hosts;
        for (View h : d["server_host"].items())
            hosts.push_back(*protocol + "://" + h.line());
        copy.dict_ref().at(Key("server_host")) = Element::of_string(join(hosts, " "));
        copy.dict_ref().erase(Key("server_host_protocol"));
    }
    return run.header() + parameters(View(&copy));
}

struct NewFile {
    std::string path, text;
    FileSpec spec;
};

/// Does postfix read main.cf and master.cf? On copies, so that what runs never sees a wrong one.
bool accepted(Run& run, const std::vector<NewFile>& files) {
    if (run.rooted() || !Run::have("postconf"))
        return true;
    ScratchDir dir;
    for (const char* name : {"main.cf", "master.cf"})
        write_file(dir.path() + "/" + name, run.read(folder + name).value_or(""), {.sync = false});
    for (const NewFile& f : files)
        if (f.path.ends_with(".cf") && f.path.rfind('/') + 1 == folder.size())
            write_file(dir.path() + f.path.substr(folder.size() - 1), f.text, {.sync = false});
    for (const char* what : {"-n", "-M"}) {
        ProcessResult r = run.ask({"postconf", "-c", dir.path(), what});
        std::string first = r.err.substr(0, r.err.find('\n'));
        if (!r.ok()) {
            run.error("postconf refuses the new files, the old ones stay: " + first);
            return false;
        }
        // Unused parameters, for instance; the files of databases are written after this.
        if (!first.empty() && first.find("No such file") == std::string::npos)
            run.warn(first);
    }
    return true;
}

std::vector<NewFile> wanted(Run& run, View c) {
    std::vector<NewFile> files;
    auto add = [&](const std::string& path, std::string text, mode_t mode) {
        files.push_back({path,
                         std::move(text),
                         {.mode = mode,
                          .owner = "root",
                          .group = "root",
                          .backup = run.original(path),
                          .sensitive = !(mode & 0004)}});
    };
    if (c["main"])
        add(folder + "main.cf", run.header() + parameters(c["main"]), 0644);
    if (!c["master"].items().empty())
        add(folder + "master.cf", master_file(run, c["master"]), 0644);
    for (const auto& [kind, all] : c["databases"].members())
        for (const auto& [name, d] : all.unescaped()) {
            if (name.find("..") != std::string::npos)
                throw Error(exit_data, "'" + name + "' is no file below " + folder);
            add(folder + name, database(run, d), d["bind_pw"] ? 0600 : 0644);
        }
    return files;
}

void configure_postfix(Run& run) {
    auto files = wanted(run, run.config());
    if (!accepted(run, files))
        return;
    bool changed = false;
    for (const NewFile& f : files)
        changed |= run.file(f.path, f.text, f.spec);
    if (changed)
        run.service("postfix", "condrestart");
}

void unconfigure_postfix(Run& run) {
    bool changed = false;
    for (const NewFile& f : wanted(run, run.config())) {
        // Without these two there is no postfix.
        bool needed = f.path == folder + "main.cf" || f.path == folder + "master.cf";
        if (needed && !run.exists(f.path + ".old"))
            run.warn(fmt::format("there is no earlier '{}', this one stays", f.path));
        else
            changed |= run.give_back(f.path, ".old");
    }
    if (changed)
        run.service("postfix", "condrestart");
}

}  // namespace

extern const Component postfix_component{
    .name = "postfix",
    .about =
        "main.cf, master.cf and database files of postfix, read by postconf first, and a restart",
    .configure = configure_postfix,
    .unconfigure = unconfigure_postfix};

}  // namespace weft::ncm
