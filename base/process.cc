// fork into a process group of its own, poll on its pipes, and an end by the clock.
#include "base/process.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/error.hh"
#include "base/file.hh"
#include "base/pipe.hh"

extern char** environ;

namespace weft {

namespace {

std::vector<std::string> environment(const ProcessOptions& o) {
    std::map<std::string, std::string> vars;
    if (o.clean_env) {
        const char* path = std::getenv("PATH");
        vars["PATH"] = path ? path : "/usr/sbin:/usr/bin:/sbin:/bin";
        vars["HOME"] = "/";
    } else {
        for (char** e = environ; *e; e++)
            if (const char* eq = strchr(*e, '='))
                vars[std::string(*e, size_t(eq - *e))] = eq + 1;
    }
    for (auto& [k, v] : o.env)
        vars[k] = v;
    std::vector<std::string> out;
    for (auto& [k, v] : vars)
        out.push_back(k + '=' + v);
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> p;
    for (std::string& w : words)
        p.push_back(w.data());
    p.push_back(nullptr);
    return p;
}

}  // namespace

static constexpr size_t longest_line = 1 << 20;

bool Capture::take(size_t limit, bool& truncated) {
    char buf[65536];
    ssize_t n = ::read(fd.get(), buf, sizeof buf);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    std::string_view got(buf, size_t(n));
    size_t room = limit - std::min(limit, kept.size());
    if (got.size() > room)
        truncated = true;
    kept.append(got.substr(0, room));
    if (on_line) {
        for (size_t end; (end = got.find('\n')) != std::string_view::npos;
             got.remove_prefix(end + 1)) {
            partial.append(got.substr(0, end));
            on_line(partial);
            partial.clear();
        }
        if (partial.size() < longest_line)
            partial.append(got);
        if (n == 0 && !partial.empty()) {
            on_line(partial);
            partial.clear();
        }
    }
    return n > 0;
}

int exit_status(int w) { return WIFEXITED(w) ? WEXITSTATUS(w) : 128 + WTERMSIG(w); }

Spawned spawn_process(const std::vector<std::string>& argv, const ProcessOptions& o) {
    if (argv.empty())
        bug("a process without a program");
    Pipe in, out, err, failed;
    auto words = argv, vars = environment(o);
    auto arg = pointers(words), env = pointers(vars);

    // vfork: a large parent starts a child as fast as a small one. Until it runs the program, the
    // child may only make system calls: it is in our memory.
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);  // our handlers must not run in the child
    pid_t pid = vfork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0)
        throw system_error("cannot start '" + argv[0] + "'", exit_unavailable);
    if (pid == 0) {
        setpgid(0, 0);
        if (o.die_with_parent)
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (o.umask >= 0)
            umask(mode_t(o.umask));
        for (const auto& l : o.limits) {
            struct rlimit r = {l.most, l.most};
            setrlimit(__rlimit_resource(l.resource),
                      &r);  // refused when it would be a raise: then the lower one holds
        }
        dup2(in.read.get(), 0);
        dup2(out.write.get(), 1);
        dup2(o.merge ? out.write.get() : err.write.get(), 2);
        for (int sig : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD})
            signal(sig, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // sockets of libraries that forget to
        if (o.dir.empty() || chdir(o.dir.c_str()) == 0)
            execvpe(arg[0], arg.data(), env.data());
        int code = errno;
        if (::write(failed.write.get(), &code, sizeof code) < 0)
            _exit(126);
        _exit(127);
    }
    setpgid(pid, pid);
    in.read.close();
    out.write.close();
    err.write.close();
    failed.write.close();
    int code = 0;
    if (::read(failed.read.get(), &code, sizeof code) == sizeof code) {
        waitpid(pid, nullptr, 0);
        errno = code;
        throw system_error("cannot start '" + argv[0] + "'", exit_unavailable);
    }
    fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    if (o.input.empty())
        in.write.close();
    return {pid, std::move(in.write), std::move(out.read), std::move(err.read)};
}

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& o) {
    using Clock = std::chrono::steady_clock;
    Spawned child = spawn_process(argv, o);
    pid_t pid = child.pid;
    ProcessResult r;
    Capture streams[] = {{std::move(child.out), r.out, o.on_line, {}},
                         {std::move(child.err), r.err, o.on_error_line, {}}};
    std::string_view input = o.input;
    auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(o.timeout));
    int killed = 0;  // 1: TERM sent, 2: KILL sent
    int status = 0;
    bool gone = false;
    Fd ended(int(syscall(SYS_pidfd_open, pid, 0)));  // readable when the child is gone
    auto left = [&] {
        return std::max(
            0L,
            long(
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count()) +
                1);
    };
    while (streams[0].fd || streams[1].fd) {
        struct pollfd p[4] = {{streams[0].fd.get(), POLLIN, 0},
                              {streams[1].fd.get(), POLLIN, 0},
                              {child.in.get(), POLLOUT, 0},
                              {gone ? -1 : ended.get(), POLLIN, 0}};
        int n = poll(p, 4, int(std::min(left(), 3600000L)));
        if (n < 0 && errno != EINTR)
            throw system_error("cannot wait for '" + argv[0] + "'");
        if (p[2].revents) {
            ssize_t w = ::write(child.in.get(), input.data(), input.size());
            if (w > 0)
                input.remove_prefix(size_t(w));
            if (input.empty() || (w < 0 && errno != EAGAIN && errno != EINTR))
                child.in.close();
        }
        for (int i = 0; i < 2; i++)
            if (p[i].revents && !streams[i].take(o.output_limit, r.truncated))
                streams[i].fd.close();
        if (!gone && p[3].revents && waitpid(pid, &status, WNOHANG) == pid) {
            gone = true;  // a grandchild may hold the pipes for ever: what comes within a moment is
                          // still read
            end = std::min(end, Clock::now() + std::chrono::milliseconds(100));
        }
        if (Clock::now() >= end) {
            if (gone)
                break;
            if (killed == 2)
                break;
            kill(-pid, killed == 0 ? SIGTERM : SIGKILL);
            r.timed_out = true;
            end = Clock::now() + std::chrono::seconds(2);
            killed++;
        }
    }
    // Streams closed but the process lives on (a daemonising child closes them): the clock still
    // counts.
    while (!gone) {
        struct pollfd p = {ended.get(), POLLIN, 0};
        poll(&p, 1, int(std::min(left(), 3600000L)));
        pid_t reaped = waitpid(pid, &status, WNOHANG);
        if (reaped == pid || (reaped < 0 && errno != EINTR))
            break;
        if (Clock::now() >= end) {
            r.timed_out = true;
            kill(-pid, killed++ == 0 ? SIGTERM : SIGKILL);
            end = Clock::now() + std::chrono::seconds(2);
        }
    }
    r.status = exit_status(status);
    return r;
}

}  // namespace weft
