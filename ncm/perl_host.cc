// The host cannot be handed descriptors (Perl has no recvmsg): it opens ours by their names in
// /proc. It forks twice, so that the component becomes our child: its end, its limits and its
// signals are dealt with as those of any other.
#include "ncm/perl_host.hh"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>

#include "base/error.hh"
#include "base/pipe.hh"

namespace weft::ncm {

namespace {

constexpr double patience = 20;  ///< seconds for one answer

/// Who loses its parent becomes our child.
struct Adopting {
    Adopting() { prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~Adopting() { prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

}  // namespace

PerlHost::PerlHost(const std::vector<std::string>& argv, bool noaction) {
    ProcessOptions o;
    if (noaction)
        o.env["NCM_NOACTION"] = "1";
    o.clean_env = true;
    o.die_with_parent = true;
    o.umask = 022;
    o.input = "-";  // spawn_process closes the pipe of a child that gets none
    try {
        host_ = spawn_process(argv, o);
    } catch (const Error&) {
        usable_ = false;
    }
}

PerlHost::~PerlHost() {
    host_.in.close();
    if (host_.pid) {
        kill(-host_.pid, SIGKILL);
        waitpid(host_.pid, nullptr, 0);
    }
}

bool PerlHost::ask(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& w : words)
        text += w + '\0';
    text = std::to_string(text.size()) + '\n' + text;
    std::string_view left = text;
    while (usable_ && !left.empty()) {
        struct pollfd p = {host_.in.get(), POLLOUT, 0};
        if (poll(&p, 1, int(patience * 1000)) <= 0)
            break;
        ssize_t n = ::write(host_.in.get(), left.data(), left.size());
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            break;
        left.remove_prefix(size_t(std::max<ssize_t>(n, 0)));
    }
    usable_ = usable_ && left.empty();
    return usable_;
}

/// Up to the line end. When nothing comes, or the host ends: nothing, now and ever after.
std::optional<std::string> PerlHost::line_from(int fd) {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() +
               std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(patience));
    std::string line;
    while (usable_ && line.size() < 1 << 20) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        // Its standard output ends with it.
        struct pollfd p[2] = {{fd, POLLIN, 0}, {host_.out.get(), 0, 0}};
        int n = poll(p, 2, int(std::max<long>(left.count(), 0)));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !(p[0].revents & POLLIN))
            break;
        char c;
        ssize_t got = ::read(fd, &c, 1);
        if (got == 1 && c == '\n')
            return line;
        if (got == 1)
            line += c;
        else if (got == 0 || errno != EINTR)
            break;
    }
    usable_ = false;
    return std::nullopt;
}

std::optional<std::string> PerlHost::describe(const std::string& module) {
    if (!ask({"describe", module}))
        return std::nullopt;
    auto line = line_from(host_.out.get());
    return line && !line->empty() ? line : std::nullopt;
}

std::optional<Spawned> PerlHost::start(const std::string& module, const std::string& verb,
                                       const ProcessOptions& o) {
    Pipe in, out, err, begun;
    std::vector<std::string> words = {"run", module, verb, std::to_string(getpid()), o.dir};
    for (int fd : {in.read.get(), out.write.get(), err.write.get(), begun.write.get()})
        words.push_back(std::to_string(fd));
    for (const auto& [name, value] : o.env)
        words.push_back(name + "=" + value);
    Adopting adopting;
    if (!ask(words))
        return std::nullopt;
    auto line = line_from(begun.read.get());
    pid_t pid = 0;
    if (!line ||
        std::from_chars(line->data(), line->data() + line->size(), pid).ec != std::errc() ||
        pid <= 0)
        return std::nullopt;
    for (const auto& l : o.limits) {
        struct rlimit r = {l.most, l.most};
        prlimit(pid, __rlimit_resource(l.resource), &r, nullptr);
    }
    fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    if (o.input.empty())
        in.write.close();
    return Spawned{pid, std::move(in.write), std::move(out.read), std::move(err.read)};
}

}  // namespace weft::ncm
