// Children on the loop: a pidfd says when one ends, its pipes are read as they fill, a timer ends
// what lasts too long.
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/wrap/asio.hh"

namespace weft {

struct Child::State final : Thing, std::enable_shared_from_this<Child::State> {
    using Descriptor = std::optional<asio::posix::stream_descriptor>;

    ProcessOptions options;
    std::function<void(const ProcessResult&)> on_exit;
    ProcessResult result;
    Capture out{Fd(), result.out, options.on_line, {}};
    Capture err{Fd(), result.err, options.on_error_line, {}};
    Descriptor out_ready, err_ready, in_ready, ended;
    Fd in;
    size_t given = 0;                         ///< bytes of options.input the child has
    std::optional<asio::steady_timer> limit;  ///< TERM, then KILL
    std::optional<asio::steady_timer> rest;   ///< how long a dead child's pipes may stay open
    pid_t pid = 0;
    bool told = false;  ///< on_exit was called, or is no longer wanted

    State(Loop::Impl& l, Spawned s, const std::string& name, ProcessOptions o,
          std::function<void(const ProcessResult&)> call)
        : Thing(l),
          options(std::move(o)),
          on_exit(std::move(call)),
          limit(l.context),
          rest(l.context) {
        pid = s.pid;
        in = std::move(s.in);
        out.fd = std::move(s.out);
        err.fd = std::move(s.err);
        int fd = int(syscall(SYS_pidfd_open, pid, 0));  // the C library 2.36 has no C++ declaration
        if (fd < 0) {
            kill(-pid, SIGKILL);
            waitpid(pid, nullptr, 0);
            throw system_error("cannot watch '" + name + "'", exit_unavailable);
        }
        ended.emplace(l.context, fd);
    }

    /// The loop goes: nothing of ours may stay behind.
    void end() override {
        told = true;
        loop = nullptr;
        if (pid) {
            kill(-pid, SIGKILL);
            waitpid(pid, nullptr, 0);
            pid = 0;
        }
        close();
        ended.reset();
        limit.reset();
        rest.reset();
    }
    void close() {
        out_ready.reset();
        err_ready.reset();
        in_ready.reset();
        out.fd.close();
        err.fd.close();
        in.close();
    }

    void start() {
        ended->async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](ErrorCode ec) {
                              if (!ec && self->loop)
                                  self->reap();
                          });
        watch(out, out_ready);
        watch(err, err_ready);
        if (in) {
            in_ready.emplace(loop->context, copy_of(in.get()));
            feed();
        }
        if (options.timeout > 0)
            arm(options.timeout, SIGTERM, true);
    }
    static int copy_of(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            throw system_error("cannot watch a child");
        return copy;
    }
    void watch(Capture& c, Descriptor& d) {
        d.emplace(loop->context, copy_of(c.fd.get()));
        read(c, d);
    }
    void read(Capture& c, Descriptor& d) {
        d->async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this(), &c, &d](ErrorCode ec) {
                          if (ec || !self->loop || !c.fd)
                              return;
                          bool more = true;
                          self->loop->guard([&] {
                              more = c.take(self->options.output_limit, self->result.truncated);
                          });
                          if (!c.fd)
                              return;  // the handler gave the child up
                          if (more)
                              return self->read(c, d);
                          c.fd.close();
                          d.reset();
                          self->finish();
                      });
    }
    void feed() {
        in_ready->async_wait(
            asio::posix::stream_descriptor::wait_write, [self = shared_from_this()](ErrorCode ec) {
                if (ec || !self->in)
                    return;
                std::string_view left = std::string_view(self->options.input).substr(self->given);
                ssize_t n = ::write(self->in.get(), left.data(), left.size());
                if (n > 0)
                    self->given += size_t(n);
                bool again = n < 0 && (errno == EAGAIN || errno == EINTR);
                if (again || (n > 0 && self->given < self->options.input.size()))
                    return self->feed();
                self->in_ready.reset();
                self->in.close();
            });
    }
    void arm(double seconds, int signal, bool timed) {
        limit->expires_after(in_seconds(seconds));
        limit->async_wait([self = shared_from_this(), signal, timed](ErrorCode ec) {
            if (ec || !self->pid || !self->limit)
                return;
            if (timed)
                self->result.timed_out = true;
            kill(-self->pid, signal);
            if (signal == SIGTERM)
                self->arm(2, SIGKILL, false);
        });
    }
    void reap() {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) != pid)
            return;
        pid = 0;
        result.status = exit_status(status);
        limit.reset();
        ended.reset();
        if (told)
            return;
        if (!out.fd && !err.fd)
            return finish();
        rest->expires_after(in_seconds(2));
        rest->async_wait([self = shared_from_this()](ErrorCode ec) {
            if (ec || !self->loop)
                return;
            self->close();
            self->finish();
        });
    }
    /// When all of it has ended, tell.
    void finish() {
        if (told || pid || out.fd || err.fd)
            return;
        told = true;
        rest.reset();
        close();
        auto call = std::move(on_exit);
        loop->guard([&] {
            if (call)
                call(result);
        });
    }
    /// Its handle goes: kill it, and stay only to see it gone.
    void give_up() {
        told = true;
        on_exit = nullptr;
        limit.reset();
        rest.reset();
        close();
        if (pid)
            kill(-pid, SIGKILL);
    }
};

Child::Child() = default;
Child::Child(Child&&) noexcept = default;
Child& Child::operator=(Child&& o) noexcept {
    std::swap(state_, o.state_);
    return *this;
}
Child::~Child() {
    if (state_)
        state_->give_up();
}
pid_t Child::pid() const { return state_ ? state_->pid : 0; }
bool Child::running() const { return state_ && !state_->told; }
void Child::terminate() {
    if (!state_ || !state_->pid || !state_->loop)
        return;
    kill(-state_->pid, SIGTERM);
    state_->arm(2, SIGKILL, false);
}

Child Loop::child(Spawned s, const std::string& name, ProcessOptions o,
                  std::function<void(const ProcessResult&)> f) {
    Child c;
    c.state_ =
        std::make_shared<Child::State>(*impl_, std::move(s), name, std::move(o), std::move(f));
    c.state_->start();
    return c;
}

Child Loop::child(const std::vector<std::string>& argv, ProcessOptions o,
                  std::function<void(const ProcessResult&)> f) {
    Spawned s = spawn_process(argv, o);
    return child(std::move(s), argv[0], std::move(o), std::move(f));
}

}  // namespace weft
