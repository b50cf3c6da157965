// The life of a daemon, in order: settings, the lock, on_start, fewer privileges, ready, the loop,
// the stop.
#include "base/daemon.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"

namespace weft {

namespace {

const Option daemon_options[] = {
    {'d', "foreground", nullptr, "stay in front, log to standard error (the default)"},
    {0, "detach", nullptr, "go to the background once ready, log to syslog"},
    {'f', "config", "FILE", "read the settings from FILE"},
    {'n', "check", nullptr, "check the configuration and exit"},
    {0, "pidfile", "FILE", "where the process id goes; the lock that keeps others out"},
    {0, "ready-fd", "N", "write a line end to descriptor N when ready"},
};

/// What was thrown, for one line of a log.
std::string one_line(const std::exception& e) {
    auto* own = dynamic_cast<const Error*>(&e);
    if (!own)
        return fmt::format("internal: {}", e.what());
    std::string s = own->where.file.empty() ? ""
                                            : fmt::format("{}:{}:{}: ", own->where.file,
                                                          own->where.line, own->where.col);
    s += own->message;
    for (const Error::Frame& f : own->trace)
        s += fmt::format(", {}", f.what);
    if (!own->hint.empty())
        s += fmt::format(" ({})", own->hint);
    return s;
}

/// The service manager's socket, taken out of the environment so that children do not speak in our
/// name.
class Notify {
public:
    Notify() {
        if (const char* path = std::getenv("NOTIFY_SOCKET"))
            path_ = path;
        unsetenv("NOTIFY_SOCKET");
    }
    void tell(std::string_view text) const {
        sockaddr_un a{};
        if (path_.empty() || path_.size() >= sizeof a.sun_path)
            return;
        a.sun_family = AF_UNIX;
        memcpy(a.sun_path, path_.data(), path_.size());
        if (path_[0] == '@')
            a.sun_path[0] = '\0';
        Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        // Nobody listening is nothing to complain about.
        (void)!sendto(fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                      reinterpret_cast<sockaddr*>(&a),
                      socklen_t(offsetof(sockaddr_un, sun_path) + path_.size()));
    }

private:
    std::string path_;
};

/// Descriptors 0 to 2 exist, so that no socket becomes standard error.
void open_standard_descriptors() {
    for (;;) {
        int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0 || fd > 2) {
            ::close(fd);
            return;
        }
        fcntl(fd, F_SETFD, 0);
    }
}

/// --detach: the caller waits until its child is ready, or passes on the child's status.
Fd detach() {
    int p[2];
    if (pipe2(p, O_CLOEXEC))
        throw system_error("cannot make a pipe");
    Fd in(p[0]), out(p[1]);
    std::fflush(nullptr);
    pid_t pid = fork();
    if (pid < 0)
        throw system_error("cannot go to the background", exit_try_later);
    if (pid == 0) {
        setsid();
        return out;
    }
    out.close();
    char c;
    ssize_t n;
    while ((n = ::read(in.get(), &c, 1)) < 0 && errno == EINTR) {
    }
    if (n == 1)
        _exit(exit_ok);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : exit_software);
}

void finish_detaching(Fd& caller) {
    if (chdir("/"))
        throw system_error("cannot go to '/'");
    Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null)
        throw system_error("cannot open '/dev/null'");
    for (int fd : {0, 1, 2})
        dup2(null.get(), fd);
    (void)!::write(caller.get(), "", 1);
    caller.close();
}

void drop_privileges(const Config& c, const Log& log) {
    std::string user = c.get("user"), group = c.get("group");
    if (user.empty() && group.empty())
        return;
    if (geteuid() != 0) {
        log.debug("not root: user and group are left as they are");
        return;
    }
    const passwd* p = user.empty() ? nullptr : getpwnam(user.c_str());
    if (!user.empty() && !p)
        throw c.error("user", fmt::format("there is no user '{}'", user));
    uid_t uid = p ? p->pw_uid : getuid();
    gid_t gid = p ? p->pw_gid : getgid();
    if (!group.empty()) {
        const ::group* g = getgrnam(group.c_str());
        if (!g)
            throw c.error("group", fmt::format("there is no group '{}'", group));
        gid = g->gr_gid;
    }
    if (p ? initgroups(user.c_str(), gid) : setgroups(1, &gid))
        throw system_error("cannot set the groups", exit_denied);
    if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
        throw system_error("cannot become '" + user + "'", exit_denied);
    if (uid != 0 && setuid(0) == 0)
        bug("root could be had back");
}

FileLock only_instance(const Daemon& d, const std::string& pidfile) {
    make_dirs(std::filesystem::path(pidfile).parent_path().string());
    if (auto lock = FileLock::try_lock(pidfile))
        return std::move(*lock);
    std::string who = read_if_exists(pidfile, 64).value_or("");
    while (who.ends_with('\n'))
        who.pop_back();
    throw Error(
        exit_try_later,
        fmt::format("{} runs already as process {}", d.name, who.empty() ? "?" : who), {},
        fmt::format(
            "it holds '{}'; stop it first, or give this one --pidfile and settings of its own",
            pidfile));
}

/// Everything between the lock and the end.
class Life {
public:
    Life(const Daemon& d, const Args& args, Config& config, Log& log, std::function<Config()> read)
        : d_(d),
          config_(config),
          log_(log),
          read_(std::move(read)),
          service_{loop_, args, log, config} {}

    void start() {
        loop_.on_error([this](const std::exception& e) { log_.error("{}", one_line(e)); });
        std::vector<int> signals = {SIGTERM, SIGINT, SIGHUP};
        if (d_.on_usr1)
            signals.push_back(SIGUSR1);
        else
            std::signal(SIGUSR1, SIG_IGN);
        loop_.on_signal(signals, [this](int s) { signalled(s); });
        if (d_.on_start)
            d_.on_start(service_);
        if (!d_.settings.empty())
            drop_privileges(config_, log_);
    }
    void ready() { notify_.tell(fmt::format("MAINPID={}\nREADY=1", getpid())); }
    void live() { loop_.run(); }
    /// Is nothing of the daemon at work any more?
    bool clean() const { return !d_.on_stop || done_; }

private:
    void signalled(int s) {
        if (s == SIGHUP)
            return reload();
        if (s == SIGUSR1)
            return d_.on_usr1(service_);
        if (stopping_) {
            log_.warning("work is left undone: told to stop a second time");
            return loop_.stop();
        }
        stopping_ = true;
        notify_.tell("STOPPING=1");
        log_.info("stopping on {}", s == SIGINT ? "SIGINT" : "SIGTERM");
        if (!d_.on_stop)
            return loop_.stop();
        limit_ = loop_.after(d_.stop_seconds, [this] {
            log_.warning("work is left undone: not finished within {} s", d_.stop_seconds);
            loop_.stop();
        });
        d_.on_stop(service_, [this] {
            done_ = true;
            loop_.stop();
        });
    }
    void reload() {
        struct timespec now {};
        clock_gettime(CLOCK_MONOTONIC, &now);
        notify_.tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                                 now.tv_sec * 1000000L + now.tv_nsec / 1000));
        Config old = config_;
        try {
            config_ = read_();
            if (d_.on_reload)
                d_.on_reload(service_);
            log_.info("settings read again");
        } catch (const std::exception& e) {
            config_ = std::move(old);
            log_.error("settings not read again, the old ones stay: {}", one_line(e));
        }
        notify_.tell("READY=1");
    }

    const Daemon& d_;
    Config& config_;
    Log& log_;
    std::function<Config()> read_;
    Notify notify_;
    Loop loop_;
    Service service_;
    Timer limit_;
    bool stopping_ = false, done_ = false;
};

int body(const Daemon& d, const Args& args) {
    if (args.has("foreground") && args.has("detach"))
        throw Error(exit_usage, "--foreground and --detach exclude each other");
    std::string file;
    if (args.has("config"))
        file = std::filesystem::absolute(args.get("config")).string();
    else if (d.config_file)
        file = args.rooted(d.config_file);
    std::vector<Setting> table = d.settings;
    if (!table.empty()) {
        table.push_back({"user", Setting::text, "", "whom to become once started by root"});
        table.push_back({"group", Setting::text, "", "the group to become; default: the user's"});
    }
    auto read = [&d, &args, file, table] {
        Config c;
        if (!table.empty())
            c = file.empty() ? Config(table) : Config::read(file, table, !args.has("config"));
        if (d.on_check)
            d.on_check(args, c);
        return c;
    };
    Config config = read();
    if (args.has("check")) {
        fmt::print("{}: the configuration is good\n", d.name);
        return exit_ok;
    }
    long ready_fd = args.number("ready-fd", -1, 3, 1 << 20);
    if (ready_fd >= 0 && fcntl(int(ready_fd), F_SETFD, FD_CLOEXEC))
        throw Error(exit_usage, fmt::format("--ready-fd {} is not open", ready_fd));

    open_standard_descriptors();
    umask(022);
    // One thread needs one arena; more would keep what they free.
    if (!d.threads)
        mallopt(M_ARENA_MAX, 1);
    std::string pidfile = args.has("pidfile")
                              ? std::filesystem::absolute(args.get("pidfile")).string()
                              : args.rooted(fmt::format("/run/weft/{}.pid", d.name));
    Level level = args.verbose() ? Level::debug : Level::info;
    Log log(d.name, level);
    Fd caller;
    if (args.has("detach"))
        caller = detach();
    FileLock lock = only_instance(d, pidfile);

    int status = exit_ok;
    {
        Life life(d, args, config, log, read);
        life.start();
        if (caller) {
            finish_detaching(caller);
            log = Log(d.name, level, true);
        }
        life.ready();
        if (ready_fd >= 0) {
            (void)!::write(int(ready_fd), "\n", 1);
            ::close(int(ready_fd));
        }
        log.info("ready");
        try {
            life.live();
        } catch (const std::exception& e) {
            auto* own = dynamic_cast<const Error*>(&e);
            status = own ? own->status : int(exit_software);
            log.error("{}", one_line(e));
        }
        if (!life.clean() && d.threads) {
            // Threads are at work on what the daemon owns: nothing of it can be destroyed.
            (void)!::truncate(pidfile.c_str(), 0);
            std::fflush(nullptr);
            _exit(status == exit_ok ? int(exit_try_later) : status);
        }
    }
    if (status == exit_ok)
        log.info("stopped");
    (void)!::truncate(pidfile.c_str(), 0);  // still ours: no process has this number any more
    return status;
}

}  // namespace

int serve(const Daemon& d, int argc, char** argv) {
    Program p{.name = d.name,
              .usage = d.usage,
              .about = d.about,
              .options = d.options,
              .body = {},
              .commands = {}};
    for (Option o : daemon_options) {
        bool taken = false;
        for (const Option& own : d.options) {
            taken |= std::string_view(own.name) == o.name;
            if (own.letter == o.letter)
                o.letter = 0;
        }
        bool useless = std::string_view(o.name) == "config" && !d.config_file &&
                       d.settings.empty() && !d.on_check;
        if (!taken && !useless)
            p.options.push_back(o);
    }
    p.body = [&d](const Args& args) {
        return body(d, args);
    };
    return run(p, argc, argv);
}

}  // namespace weft
