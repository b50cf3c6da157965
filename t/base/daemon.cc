// The daemon skeleton, as its supervisor meets it: each case runs a real process and talks to it by
// signals.
#include "t/tap.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/daemon.hh"
#include "base/file.hh"

using namespace weft;

/// A daemon in a process of its own, below a scratch root; its output and its readiness are pipes.
struct Running {
    const ScratchDir& root;
    pid_t pid;
    Fd err, ready;
    std::string said;

    Running(const ScratchDir& dir, const Daemon& d, std::vector<std::string> words = {})
        : root(dir) {
        int e[2], r[2];
        BOOST_REQUIRE(pipe2(e, O_CLOEXEC) == 0);
        BOOST_REQUIRE(pipe2(r, O_CLOEXEC) == 0);
        pid = fork();
        if (pid == 0) {
            dup2(e[1], 1);
            dup2(e[1], 2);
            ::close(e[1]);  // no exec here to close it
            int fd = fcntl(r[1], F_DUPFD, 100);
            ::close(r[1]);
            words.insert(words.begin(),
                         {d.name, "--root", root.path(), "--ready-fd", std::to_string(fd)});
            std::vector<char*> argv;
            for (std::string& w : words)
                argv.push_back(w.data());
            _exit(serve(d, int(argv.size()), argv.data()));
        }
        err = Fd(e[0]);
        ready = Fd(r[0]);
        ::close(e[1]);
        ::close(r[1]);
    }
    ~Running() {
        if (pid) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }
    /// It wrote its line end; false when it ended instead.
    bool is_ready() {
        char c = 0;
        return ::read(ready.get(), &c, 1) == 1 && c == '\n';
    }
    /// Reads until it said this.
    bool says(std::string_view what) {
        while (said.find(what) == std::string::npos) {
            char buf[4096];
            pollfd p{err.get(), POLLIN, 0};
            if (poll(&p, 1, 20000) != 1)
                return false;
            ssize_t n = ::read(err.get(), buf, sizeof buf);
            if (n <= 0)
                return false;
            said.append(buf, size_t(n));
        }
        return true;
    }
    int status() {
        int s = 0;
        waitpid(pid, &s, 0);
        pid = 0;
        char buf[4096];
        for (ssize_t n; (n = ::read(err.get(), buf, sizeof buf)) > 0;)
            said.append(buf, size_t(n));
        return WIFEXITED(s) ? WEXITSTATUS(s) : 128 + WTERMSIG(s);
    }
};

static Daemon example() {
    return {
        .name = "xd",
        .usage = "xd [-dnv] [-f file]",
        .about = "for tests",
        .options = {},
        .config_file = "/etc/weft/xd.conf",
        .settings = {{"greeting", Setting::text, "hello", ""}, {"count", Setting::number, "1", ""}},
        .on_check = {},
        .on_start =
            [](Service& s) {
                s.log.info("{} {}", s.config.get("greeting"), s.config.number("count"));
            },
        .on_reload = [](Service& s) { s.log.info("now {}", s.config.get("greeting")); },
        .on_usr1 = {},
        .on_stop = {}};
}

BOOST_AUTO_TEST_CASE(it_says_when_it_is_ready_and_stops_cleanly_on_term) {
    ScratchDir root;
    Running r(root, example());
    BOOST_TEST(r.is_ready());
    BOOST_TEST(read_file(root.path() + "/run/weft/xd.pid") == std::to_string(r.pid) + "\n");
    kill(r.pid, SIGTERM);
    int pid = r.pid;
    BOOST_TEST(r.status() == 0);
    BOOST_TEST(
        r.said ==
        fmt::format(
            "xd[{0}]: info: hello 1\nxd[{0}]: info: ready\nxd[{0}]: info: stopping on SIGTERM\n"
            "xd[{0}]: info: stopped\n",
            pid));
    BOOST_TEST(read_file(root.path() + "/run/weft/xd.pid") == "");
}

BOOST_AUTO_TEST_CASE(a_second_instance_is_refused_and_names_the_first) {
    ScratchDir root;
    Running first(root, example());
    BOOST_REQUIRE(first.is_ready());
    Running second(root, example());
    BOOST_TEST(!second.is_ready());
    BOOST_TEST(second.status() == exit_try_later);
    BOOST_TEST(second.said == fmt::format("xd: error: xd runs already as process {}\nhint: it "
                                          "holds '{}/run/weft/xd.pid'; stop it first, "
                                          "or give this one --pidfile and settings of its own\n",
                                          first.pid, root.path()));
    Running third(root, example(), {"--pidfile", root.path() + "/other.pid"});
    BOOST_TEST(third.is_ready());
}

BOOST_AUTO_TEST_CASE(a_killed_instance_does_not_keep_the_next_one_out) {
    ScratchDir root;
    Running first(root, example());
    BOOST_REQUIRE(first.is_ready());
    kill(first.pid, SIGKILL);
    BOOST_TEST(first.status() == 128 + SIGKILL);
    Running second(root, example());
    BOOST_TEST(second.is_ready());
}

BOOST_AUTO_TEST_CASE(hup_reads_the_settings_again_and_keeps_the_old_when_they_are_wrong) {
    ScratchDir root;
    std::string conf = root.path() + "/etc/weft/xd.conf";
    make_dirs(root.path() + "/etc/weft");
    write_file(conf, "greeting = good day\n");
    Running r(root, example());
    BOOST_REQUIRE(r.is_ready());
    BOOST_TEST(r.says("info: good day 1\n"));
    write_file(conf, "greeting = good evening\n");
    kill(r.pid, SIGHUP);
    BOOST_TEST(r.says("info: now good evening\n"));
    BOOST_TEST(r.says("info: settings read again\n"));
    write_file(conf, "greting = good night\n");
    kill(r.pid, SIGHUP);
    BOOST_TEST(r.says("error: settings not read again, the old ones stay: " + conf +
                      ":1:1: unknown key 'greting' (did you mean 'greeting'?)\n"));
    kill(r.pid, SIGTERM);
    BOOST_TEST(r.status() == 0);
}

BOOST_AUTO_TEST_CASE(a_wrong_configuration_ends_it_with_78_before_it_does_anything) {
    ScratchDir root;
    write_file(root.path() + "/my.conf", "count = many\n");
    for (const char* check : {"-n", "-d"}) {
        Running r(root, example(), {check, "-f", root.path() + "/my.conf"});
        BOOST_TEST(!r.is_ready());
        BOOST_TEST(r.status() == exit_config);
        BOOST_TEST(r.said == root.path() +
                                 "/my.conf:1:9: error: 'count' needs a decimal number, not 'many'\n"
                                 "    1 | count = many\n      |         ^~~~\n");
    }
    Running none(root, example(), {"-f", "/nowhere/xd.conf"});
    BOOST_TEST(none.status() == exit_config);
    BOOST_TEST(!read_if_exists(root.path() + "/run/weft/xd.pid"));
}

BOOST_AUTO_TEST_CASE(a_daemons_own_check_counts_under_n_too) {
    ScratchDir root;
    Daemon d = example();
    d.on_check = [](const Args&, const Config& c) {
        if (c.number("count") > 3)
            throw c.error("count", "too many");
    };
    write_file(root.path() + "/my.conf", "count = 4\n");
    Running r(root, d, {"--check", "-f", root.path() + "/my.conf"});
    BOOST_TEST(r.status() == exit_config);
    BOOST_TEST(r.said.find(":1:9: error: too many\n") != std::string::npos);
    Running good(root, d, {"--check"});
    BOOST_TEST(good.status() == 0);
    BOOST_TEST(good.said == "xd: the configuration is good\n");
}

BOOST_AUTO_TEST_CASE(what_on_start_throws_is_the_exit_status) {
    ScratchDir root;
    Daemon d = example();
    d.on_start = [](Service&) {
        throw Error(exit_unavailable, "cannot listen on :443");
    };
    Running r(root, d);
    BOOST_TEST(!r.is_ready());
    BOOST_TEST(r.status() == exit_unavailable);
    BOOST_TEST(r.said == "xd: error: cannot listen on :443\n");
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_logged_and_the_daemon_lives) {
    ScratchDir root;
    Daemon d = example();
    d.on_usr1 = [](Service&) {
        throw Error(exit_data, "bad request").while_doing("answering lxb001");
    };
    Running r(root, d);
    BOOST_REQUIRE(r.is_ready());
    for (int i = 0; i < 2; i++) {
        r.said.clear();
        kill(r.pid, SIGUSR1);
        BOOST_TEST(r.says("error: bad request, answering lxb001\n"));
    }
    kill(r.pid, SIGINT);
    BOOST_TEST(r.status() == 0);
}

BOOST_AUTO_TEST_CASE(on_stop_may_finish_its_work_first_and_a_second_signal_does_not_wait) {
    ScratchDir root;
    Daemon d = example();
    Timer later;
    d.on_stop = [&](Service& s, std::function<void()> done) {
        s.log.info("finishing");
        later = s.loop.after(0.05, [&s, done] {
            s.log.info("finished");
            done();
        });
    };
    {
        Running r(root, d);
        BOOST_REQUIRE(r.is_ready());
        kill(r.pid, SIGTERM);
        BOOST_TEST(r.status() == 0);
        BOOST_TEST(r.said.find("finished\n") != std::string::npos);
    }
    d.on_stop = [](Service& s, std::function<void()>) {
        s.log.info("never done");
    };
    d.stop_seconds = 100;
    Running r(root, d);
    BOOST_REQUIRE(r.is_ready());
    kill(r.pid, SIGTERM);
    BOOST_TEST(r.says("never done\n"));
    kill(r.pid, SIGTERM);
    BOOST_TEST(r.status() == 0);
}

BOOST_AUTO_TEST_CASE(on_stop_is_not_waited_for_longer_than_its_limit) {
    ScratchDir root;
    Daemon d = example();
    d.on_stop = [](Service&, std::function<void()>) {
    };
    d.stop_seconds = 0.05;
    Running r(root, d);
    BOOST_REQUIRE(r.is_ready());
    kill(r.pid, SIGTERM);
    BOOST_TEST(r.status() == 0);
    BOOST_TEST(r.said.find("warning: work is left undone: not finished within 0.05 s\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_and_children_do_not_speak_for_us) {
    ScratchDir root;
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    std::string path = root.path() + "/notify";
    memcpy(a.sun_path, path.data(), path.size());
    Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(bind(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    auto told = [&] {
        char buf[200];
        ssize_t n = ::recv(fd.get(), buf, sizeof buf, 0);
        return std::string(buf, size_t(std::max<ssize_t>(n, 0)));
    };
    Daemon d = example();
    d.on_start = [](Service&) {
        if (getenv("NOTIFY_SOCKET"))
            throw Error(exit_software, "still there");
    };
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
    Running r(root, d);
    unsetenv("NOTIFY_SOCKET");
    BOOST_TEST(told() == fmt::format("MAINPID={}\nREADY=1", r.pid));
    kill(r.pid, SIGHUP);
    BOOST_TEST(told().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_TEST(told() == "READY=1");
    kill(r.pid, SIGTERM);
    BOOST_TEST(told() == "STOPPING=1");
}

BOOST_AUTO_TEST_CASE(detached_the_caller_returns_when_it_is_ready_or_with_its_status) {
    ScratchDir root;
    {
        Running r(root, example(), {"--detach"});
        BOOST_TEST(r.is_ready());
        BOOST_TEST(r.status() == 0);
    }
    pid_t pid = std::stoi(read_file(root.path() + "/run/weft/xd.pid"));
    BOOST_TEST(pid > 0);
    BOOST_TEST(getsid(pid) == pid);
    {
        Running second(root, example(), {"--detach"});
        BOOST_TEST(second.status() == exit_try_later);
    }
    BOOST_TEST(kill(pid, SIGTERM) == 0);
    FileLock::lock(root.path() + "/run/weft/xd.pid", 20);  // it has ended
}
