// accounts: the local users and groups. What is not configured is left alone unless the site says
// otherwise, and nothing is written when the result would not be consistent.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.hh"
#include "ncm/keylines.hh"
#include "ncm/quote.hh"
#include "ncm/rooted.hh"
#include "ncm/userdb.hh"

namespace weft::ncm {

namespace {

namespace fs = std::filesystem;

// Fields of the records.
enum Passwd { uid = 2, primary = 3, comment = 4, home = 5, shell = 6 };
enum Shadow { password = 1, last_change = 2, min_days = 3, max_days = 4, warn_days = 5 };
enum Group { gid = 2, members = 3 };

std::set<std::string> word_set(const std::string& list) {
    std::set<std::string> all;
    for (size_t at = 0; at <= list.size();) {
        size_t end = std::min(list.find(',', at), list.size());
        if (end > at)
            all.insert(list.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

void good_name(const std::string& name) {
    static constexpr std::string_view other = "_.-";
    bool good = !name.empty() && name.size() <= 32 && name[0] != '-';
    for (size_t i = 0; i < name.size(); i++)
        good = good && (std::isalnum(static_cast<unsigned char>(name[i])) ||
                        other.find(name[i]) != std::string_view::npos ||
                        (name[i] == '$' && i + 1 == name.size()));
    if (!good ||
        std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); }))
        throw Error(exit_data, "that is no name");
}

/// A field; secrets among them, so that a wrong one is not shown.
std::string field(View v, const char* what) {
    std::string t = v.text();
    if (t.find_first_of(":\n\r") != std::string::npos)
        throw Error(exit_data, fmt::format("{} holds a ':' or a line end", what));
    return t;
}

struct Wanted {
    View user;
    long uid;
    std::string home;
};

class Accounts {
public:
    explicit Accounts(Run& run)
        : run_(run),
          c_(run.config()),
          passwd_(run.read("/etc/passwd").value_or(""), 7),
          group_(run.read("/etc/group").value_or(""), 4),
          shadow_(run.read("/etc/shadow").value_or(""), 9),
          gshadow_(run.read("/etc/gshadow").value_or(""), 4) {
        for (auto* r : group_.records())
            members_[(*r)[0]] = word_set((*r)[members]);
    }

    void configure() {
        login_defs();
        collect();
        if (c_["remove_unknown"].flag())
            remove_unknown();
        for (const auto& [name, g] : c_["groups"].members())
            guarded("group", name, [&] { group(name, g); });
        for (const auto& [name, w] : users_)
            guarded("user", name, [&] { user(name, w); });
        root();
        if (c_["remove_unknown"].flag())
            remove_strangers();
        same_number(passwd_, uid, "user", "uid",
                    [&](const std::string& n) { return users_.contains(n); });
        same_number(group_, gid, "group", "gid",
                    [&](const std::string& n) { return bool(c_["groups"][n]); });
        if (run_.errors())
            return run_.info("nothing is changed, because the accounts would not be consistent");
        write();
    }

private:
    template <class F>
    void guarded(const char* what, const std::string& name, F step) {
        try {
            good_name(name);
            step();
        } catch (const Error& e) {
            run_.error(fmt::format("{} '{}': {}", what, name, e.message));
        }
    }

    /// Our settings of login.defs, and all that hold afterwards.
    void login_defs() {
        std::map<std::string, std::optional<std::string>> wanted;
        for (const auto& [name, value] : c_["login_defs"].members()) {
            std::string key = name, text = value.element()->is(Kind::boolean)
                                               ? (value.flag() ? "yes" : "no")
                                               : value.line();
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char b) { return char(std::toupper(b)); });
            wanted[key] = key + "\t" + text;
        }
        static const KeyLines format{.sections = {}};
        login_defs_ = format.set(run_.read("/etc/login.defs").value_or(""), wanted);
        for (std::string_view line : lines(login_defs_))
            if (auto words = split(line); words.size() > 1 && words[0][0] != '#')
                defs_[words[0]] = words[1];
    }
    std::string def(const std::string& key, const char* fallback) const {
        auto it = defs_.find(key);
        return it == defs_.end() ? fallback : it->second;
    }
    /// Up to here an account that nobody configured is kept: by preserved_accounts.
    long preserved(const std::string& kind) const {
        std::string which = c_["preserved_accounts"].text("dyn_user_group");
        if (which == "none")
            return -1;
        return which == "system"
                   ? parse_number(def(kind + "_MIN", "1000"), kind + "_MIN", 0, 4294967295) - 1
                   : parse_number(def(kind + "_MAX", "60000"), kind + "_MAX", 0, 4294967295);
    }

    /// The users of the profile, pools as the accounts they stand for.
    void collect() {
        for (const auto& [name, u] : c_["users"].members()) {
            if (name == "root") {
                run_.warn("root is configured by rootpwd and rootshell, not among the users");
                continue;
            }
            long size = u["poolSize"].number(), start = u["poolStart"].number(),
                 base = u["uid"].number(-1);
            auto put = [&](const std::string& account, Wanted w) {
                if (!users_.emplace(account, std::move(w)).second)
                    run_.error(
                        fmt::format("user '{}' is configured twice, once in a pool", account));
            };
            if (size <= 0) {
                put(name, {u, base, field(u["homeDir"], "homeDir")});
                continue;
            }
            size_t digits =
                size_t(u["poolDigits"].number(long(std::to_string(start + size - 1).size())));
            for (long i = 0; i < size; i++) {
                std::string number = fmt::format("{:0{}}", start + i, digits),
                            at = field(u["homeDir"], "homeDir");
                put(name + number, {u, base + i, at.empty() ? at : at + number});
            }
        }
    }

    void remove_unknown() {
        auto unknown = [&](UserFile& file, const char* kind, auto known, View kept) {
            std::vector<std::string> gone;
            for (auto* r : file.records()) {
                long number = atol((*r)[2].c_str());
                if (number == 0 || number == 65534 || number <= preserved(kind) || known((*r)[0]) ||
                    kept[(*r)[0]])
                    continue;
                gone.push_back((*r)[0]);
            }
            for (const std::string& name : gone)
                file.erase(name);
            return gone;
        };
        for (const std::string& name : unknown(
                 group_, "GID", [&](auto& n) { return bool(c_["groups"][n]); },
                 c_["kept_groups"])) {
            run_.info(fmt::format("group '{}' is removed", name));
            gshadow_.erase(name);
            members_.erase(name);
        }
        for (const std::string& name : unknown(
                 passwd_, "UID", [&](auto& n) { return users_.contains(n); }, c_["kept_users"])) {
            run_.info(fmt::format("user '{}' is removed, its files stay", name));
            shadow_.erase(name);
            leave_groups(name);
        }
    }
    void leave_groups(const std::string& name) {
        for (auto& [group, in] : members_)
            in.erase(name);
    }
    /// Members that are no users here, unless they are asked for.
    void remove_strangers() {
        for (auto& [group, in] : members_) {
            auto required = c_["groups"][group]["requiredMembers"].texts();
            std::erase_if(in, [&](const std::string& m) {
                return !passwd_.find(m) &&
                       std::find(required.begin(), required.end(), m) == required.end();
            });
        }
    }

    void group(const std::string& name, View g) {
        bool fresh = !group_.find(name);
        auto& r = group_.at(name);
        std::string number = std::to_string(g["gid"].number(-1));
        if (number == "-1")
            throw Error(exit_data, "no gid");
        if (fresh)
            r[1] = "x";
        else if (r[gid] != number)
            run_.warn(
                fmt::format("the gid of group '{}' changes from {} to {}: files keep the old one",
                            name, r[gid], number));
        r[gid] = number;
        auto& in = members_[name];
        if (g["replaceMembers"].flag())
            in.clear();
        for (View m : g["requiredMembers"].items()) {
            good_name(m.text());
            in.insert(m.text());
        }
    }

    void user(const std::string& name, const Wanted& w) {
        if (w.uid < 0)
            throw Error(exit_data, "no uid");
        auto groups = w.user["groups"].texts();
        if (groups.empty())
            groups = {name};
        auto main = primary_group(groups[0]);
        bool fresh = !passwd_.find(name);
        auto& r = passwd_.at(name);
        std::string number = std::to_string(w.uid);
        if (!fresh && r[uid] != number)
            run_.warn(fmt::format(
                "the uid of user '{}' changes from {} to {}: its files keep the old one", name,
                r[uid], number));
        r[uid] = number;
        r[primary] = std::to_string(main);
        if (w.user["comment"])
            r[comment] = field(w.user["comment"], "comment");
        if (!w.home.empty())
            r[home] = w.home;
        else if (r[home].empty())
            r[home] = "/home/" + name;
        if (r[home][0] != '/')
            throw Error(exit_data, "homeDir is no absolute path");
        if (std::string s = field(w.user["shell"], "shell"); !s.empty())
            r[shell] = s;
        secret(r, field(w.user["password"], "password"));

        leave_groups(name);
        for (const std::string& g : groups) {
            if (group_.find(g))
                members_[g].insert(name);
            else if (!group_number("", g) ||
                     (run_.rooted() && g.find_first_not_of("0123456789") != std::string::npos))
                throw Error(exit_data, fmt::format("there is no group '{}'", g));
            else
                run_.verbose(fmt::format(
                    "group '{}' is not local: '{}' is not made its member here", g, name));
        }
    }
    gid_t primary_group(const std::string& name) {
        std::optional<gid_t> number;
        if (auto* local = group_.find(name))
            number = group_number("", (*local)[gid]);
        else if (!run_.rooted() || name.find_first_not_of("0123456789") == std::string::npos)
            number = group_number("", name);
        if (!number)
            throw Error(exit_data, fmt::format("there is no group '{}'", name));
        return *number;
    }

    /// The password of a user stands in shadow; without a wanted one the present one stays, a new
    /// account is locked.
    void secret(UserFile::Record& r, const std::string& wanted) {
        std::string now = r[1] == "x" ? "" : r[1];
        bool fresh = !shadow_.find(r[0]);
        auto& s = shadow_.at(r[0]);
        if (fresh) {
            s[password] = now.empty() ? "!" : now;
            s[min_days] = def("PASS_MIN_DAYS", "0");
            s[max_days] = def("PASS_MAX_DAYS", "99999");
            s[warn_days] = def("PASS_WARN_AGE", "7");
        }
        bool other = !wanted.empty() && s[password] != wanted;
        if (other)
            s[password] = wanted;
        if (other || fresh)
            s[last_change] = std::to_string(time(nullptr) / 86400);
        r[1] = "x";
    }

    void root() {
        bool fresh = !passwd_.find("root");
        auto& r = passwd_.at("root");
        if (fresh) {
            r[uid] = r[primary] = "0";
            r[comment] = "root";
            r[home] = "/root";
            r[shell] = "/bin/bash";
        }
        if (std::string s = field(c_["rootshell"], "rootshell"); !s.empty())
            r[shell] = s;
        secret(r, field(c_["rootpwd"], "rootpwd"));
    }

    /// Two names for one number is refused when one of them is ours; what others did stays theirs.
    template <class F>
    void same_number(UserFile& file, size_t at, const char* what, const char* number, F ours) {
        std::map<std::string, std::string> names;
        for (auto* r : file.records()) {
            auto [first, fresh] = names.emplace((*r)[at], (*r)[0]);
            if (!fresh && (ours((*r)[0]) || ours(first->second)))
                run_.error(fmt::format("{}s '{}' and '{}' would have the same {} {}", what,
                                       first->second, (*r)[0], number, (*r)[at]));
        }
    }

    void write() {
        run_.file("/etc/login.defs", login_defs_);
        for (auto* r : group_.records())
            if (const auto& in = members_[(*r)[0]]; in != word_set((*r)[members]))
                (*r)[members] = join({in.begin(), in.end()}, ",");
        // A group must be known before its users, a user before its password.
        bool changed = run_.file("/etc/group", group_.text(), public_file);
        if (run_.exists("/etc/gshadow")) {
            for (auto* r : group_.records()) {
                bool fresh = !gshadow_.find((*r)[0]);
                auto& g = gshadow_.at((*r)[0]);
                if (fresh)
                    g[1] = "!";
                g[members] = (*r)[members];
            }
            run_.file("/etc/gshadow", gshadow_.text(), secret_file("/etc/gshadow"));
        }
        changed |= run_.file("/etc/passwd", passwd_.text(), public_file);
        run_.file("/etc/shadow", shadow_.text(), secret_file("/etc/shadow"));
        if (changed && run_.exists("/run/nscd/socket"))
            for (const char* cache : {"passwd", "group"})
                run_.command({"nscd", "-i", cache});
        for (const auto& [name, w] : users_)
            if (w.user["createHome"].flag())
                guarded("user", name, [&] { make_home(*passwd_.find(name)); });
    }
    static inline const FileSpec public_file{
        .mode = 0644, .owner = "root", .group = "root", .backup = ".old"};
    /// Whoever may read it now may go on, but not everybody.
    FileSpec secret_file(const char* path) {
        struct stat st {};
        mode_t mode = stat(run_.real(path).c_str(), &st) ? 0400 : st.st_mode & 0640;
        return {.mode = mode, .owner = "root", .group = {}, .backup = ".old", .sensitive = true};
    }

    /// A home is filled beside its place and then renamed: it is never there by half.
    void make_home(const UserFile::Record& r) {
        std::string at = run_.real(r[home]), aside = at + ".weft-new",
                    skel = run_.real("/etc/skel");
        if (run_.exists(r[home]))
            return;
        if (!run_.noaction()) {
            std::error_code ec;
            fs::create_directories(fs::path(at).parent_path());
            fs::remove_all(aside, ec);
            fs::create_directory(aside);
            if (std::error_code none; fs::is_directory(skel, none))
                fs::copy(skel, aside, fs::copy_options::recursive | fs::copy_options::copy_symlinks,
                         ec);
            auto own = [&](const fs::path& p) {
                if (geteuid() == 0 &&
                    ::lchown(p.c_str(), uid_t(parse_number(r[uid], "uid", 0, 4294967294)),
                             gid_t(parse_number(r[primary], "gid", 0, 4294967294))))
                    throw system_error("cannot give '" + p.string() + "' away");
            };
            for (const auto& entry : fs::recursive_directory_iterator(aside))
                own(entry.path());
            own(aside);
            if (ec || ::chmod(aside.c_str(), parse_mode(def("HOME_MODE", "0700"), "HOME_MODE")) ||
                ::rename(aside.c_str(), at.c_str()))
                throw Error(exit_io, fmt::format("cannot make the home '{}': {}", r[home],
                                                 ec ? ec.message() : system_error("").message));
        }
        run_.changed(r[home]);
    }

    Run& run_;
    View c_;
    UserFile passwd_, group_, shadow_, gshadow_;
    std::string login_defs_;
    std::map<std::string, std::string> defs_;
    std::map<std::string, Wanted> users_;
    std::map<std::string, std::set<std::string>> members_;  ///< by group
};

void configure_accounts(Run& run) {
    UserLock lock(run);
    Accounts(run).configure();
}

}  // namespace

extern const Component accounts_component{
    .name = "accounts",
    .about = "local users and groups: passwd, shadow, group, gshadow, login.defs and homes",
    .configure = configure_accounts};

}  // namespace weft::ncm
