// useraccess: who may log in as whom: keys and Kerberos principals in homes, lists of users for
// services.
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/userdb.hh"

namespace weft::ncm {

namespace {

const std::string acl_folder = "/etc/acls/";

/// What one user gets: his own part, and that of his roles and theirs.
struct Access {
    std::string keys, klogin, k5login;
    std::set<std::string> services;
};

class Collect {
public:
    explicit Collect(View roles) : roles_(roles) {}

    Access of(View user) {
        Access a;
        within_.clear();
        add(user, a);
        return a;
    }

private:
    void add(View part, Access& a) {
        for (View url : part["ssh_keys_urls"].items())
            a.keys += fetched(url.line());
        for (View key : part["ssh_keys"].items())
            a.keys += key.line() + "\n";
        for (View k : part["kerberos4"].items())
            a.klogin += principal(k, ".");
        for (View k : part["kerberos5"].items())
            a.k5login += principal(k, "/");
        for (View s : part["acls"].items())
            a.services.insert(s.line());
        for (View r : part["roles"].items()) {
            std::string role = r.line();
            if (!roles_[role])
                throw Error(exit_data, "there is no role '" + role + "'");
            if (!within_.insert(role).second)
                throw Error(exit_data, "role '" + role + "' contains itself");
            add(roles_[role], a);
            within_.erase(role);
        }
    }
    static std::string principal(View k, const char* separator) {
        std::string name = k["principal"].line();
        if (k["instance"])
            name += separator + k["instance"].line();
        return name + "@" + k["realm"].line() + "\n";
    }
    /// Local files are read, others fetched by curl; a key that is missing is an error, not one key
    /// less.
    std::string fetched(const std::string& url) {
        auto [it, fresh] = fetched_.emplace(url, "");
        if (!fresh)
            return it->second;
        ProcessOptions o;
        o.timeout = 60;
        o.output_limit = 1 << 20;
        ProcessResult r = run_process(
            {"curl", "-fsS", "--proto", "=http,https,file", "--max-time", "30", "--", url}, o);
        if (!r.ok()) {
            fetched_.erase(it);
            throw Error(exit_unavailable, fmt::format("cannot fetch '{}': {}", url,
                                                      r.err.substr(0, r.err.find('\n'))));
        }
        if (!r.out.empty() && !r.out.ends_with('\n'))
            r.out += '\n';
        return it->second = r.out;
    }
    View roles_;
    std::set<std::string> within_;
    std::map<std::string, std::string> fetched_;
};

/// In a home everything can be a trap of its owner: only plain folders and files of his are
/// written.
void safe(Run& run, const std::string& path, uid_t owner, bool folder) {
    struct stat st {};
    if (lstat(run.place(path).c_str(), &st))
        return;
    if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
        throw Error(exit_data, fmt::format("'{}' is no {}", path, folder ? "folder" : "file"));
    if (geteuid() == 0 && st.st_uid != owner && st.st_uid != 0)
        throw Error(exit_data, fmt::format("'{}' belongs to user {}", path, st.st_uid));
}

void credentials(Run& run, const std::string& user, View u, const Access& a) {
    auto entry = find_user(run, user);
    if (!entry)
        throw Error(exit_data, "there is no such user");
    if (entry->home.empty() || entry->home == "/")
        throw Error(exit_data, "the user has no home");
    if (!run.exists(entry->home) && !run.noaction())
        throw Error(exit_data, fmt::format("the home '{}' is not there", entry->home));
    FileSpec spec{.mode = 0600,
                  .owner = std::to_string(entry->uid),
                  .group = std::to_string(entry->gid),
                  .backup = {},
                  .sensitive = true};
    struct Kind {
        const char *name, *file;
        const std::string& text;
    };
    auto managed = u["managed_credentials"]
                       ? u["managed_credentials"].texts()
                       : std::vector<std::string>{"ssh_keys", "kerberos4", "kerberos5"};
    for (const Kind& k :
         {Kind{"ssh_keys", "/.ssh/authorized_keys", a.keys},
          Kind{"kerberos4", "/.klogin", a.klogin}, Kind{"kerberos5", "/.k5login", a.k5login}}) {
        if (std::find(managed.begin(), managed.end(), k.name) == managed.end())
            continue;
        std::string path = entry->home + k.file;
        if (std::string_view(k.name) == "ssh_keys") {
            safe(run, entry->home + "/.ssh", entry->uid, true);
            if (!k.text.empty() && !run.exists(entry->home + "/.ssh"))
                run.folder(entry->home + "/.ssh",
                           {.mode = 0700, .owner = spec.owner, .group = spec.group});
        }
        safe(run, path, entry->uid, false);
        if (k.text.empty())
            run.remove(path);
        else
            run.file(path, k.text, spec);
    }
}

/// Who may use a service: its list, and the lines of PAM that ask for it, before all others.
void service_list(Run& run, const std::string& service, const std::set<std::string>& users) {
    if (service.empty() ||
        service.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
            std::string::npos)
        throw Error(exit_data, "that is no name of a service of PAM");
    if (users.empty())
        run.warn(fmt::format("service '{}': nobody may use it", service));
    std::string list, pam, file = "/etc/pam.d/" + service;
    for (const std::string& u : users)
        list += u + "\n";
    auto before = run.read(file);
    if (!before)
        throw Error(exit_data, "there is no '" + file + "'");
    run.file(acl_folder + service, list, {.mode = 0644, .owner = "root", .group = "root"});
    for (const char* step : {"auth", "session"})
        pam += fmt::format(
            "{}\trequired\tpam_listfile.so\tonerr=fail\titem=user\tsense=allow\tfile={}{}\n", step,
            acl_folder, service);
    if (!before->starts_with(pam))
        run.file(file, pam + *before, {.mode = {}, .owner = {}, .group = {}, .backup = ".old"});
}

template <class F>
void guarded(Run& run, const char* what, const std::string& name, F step) {
    try {
        step();
    } catch (const Error& e) {
        run.error(fmt::format("{} '{}': {}", what, name, e.message));
    }
}

void configure_useraccess(Run& run) {
    View c = run.config();
    Collect collect(c["roles"]);
    std::map<std::string, std::set<std::string>> lists;
    for (View s : c["acl_services"].items())
        lists[s.line()];
    for (const auto& [user, u] : c["users"].unescaped())
        guarded(run, "user", user, [&] {
            Access a = collect.of(u);
            for (const std::string& s : a.services)
                lists[s].insert(user);
            credentials(run, user, u, a);
        });
    if (run.errors())
        return;  // a list without somebody who belongs to it would lock him out
    auto asked = c["acl_services"].texts();
    for (const auto& [service, users] : lists)
        if (std::find(asked.begin(), asked.end(), service) != asked.end())
            guarded(run, "service", service, [&] { service_list(run, service, users); });
}

void unconfigure_useraccess(Run& run) {
    for (View s : run.config()["acl_services"].items()) {
        std::string file = "/etc/pam.d/" + s.line(), after, before = run.read(file).value_or("");
        for (std::string_view line : lines(before))
            if (line.find("file=" + acl_folder) == std::string_view::npos) {
                after += line;
                after += '\n';
            }
        if (after != before)
            run.file(file, after);
        run.remove(acl_folder + s.line());
    }
    run.info("keys and principals stay in the homes");
}

}  // namespace

extern const Component useraccess_component{.name = "useraccess",
                                            .about =
                                                "keys and Kerberos principals that may log in as a "
                                                "user, and lists of users for services of PAM",
                                            .configure = configure_useraccess,
                                            .unconfigure = unconfigure_useraccess};

}  // namespace weft::ncm
