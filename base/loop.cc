// The loop on Boost.Asio: timers, descriptors, signals. Datagrams, folders and children have files
// of their own.
#include "base/loop.hh"

#include <fcntl.h>

#include <csignal>

#include "base/error.hh"
#include "base/wrap/asio.hh"

namespace weft {

Loop::Loop() : impl_(std::make_unique<Impl>()) {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that has gone is an error, not the end
}

Loop::~Loop() {
    // Handles may outlive the loop: what they stand for ends here.
    while (!impl_->things.empty()) {
        Ended* t = *impl_->things.begin();
        impl_->things.erase(impl_->things.begin());
        t->end();
    }
}

void Loop::run() {
    struct Again {  // afterwards, so that a stop() that came before run() counts
        asio::io_context& context;
        ~Again() { context.restart(); }
    } again{impl_->context};
    impl_->context.run();
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::function<void()> f) {
    asio::post(impl_->context, [this, f = std::move(f)] { impl_->guard(f); });
}

void Loop::on_error(std::function<void(const std::exception&)> f) {
    impl_->on_error = std::move(f);
}

void Loop::on_signal(const std::vector<int>& signals, std::function<void(int)> f) {
    auto set = std::make_unique<asio::signal_set>(impl_->context);
    for (int s : signals)
        set->add(s);
    auto wait = [impl = impl_.get(), raw = set.get(), f = std::move(f)](auto self) -> void {
        raw->async_wait([=](ErrorCode ec, int signal) {
            if (ec)
                return;
            self(self);
            impl->guard([&] { f(signal); });
        });
    };
    wait(wait);
    impl_->signals.push_back(std::move(set));
}

// ---- timers -------------------------------------------------------------------

struct Timer::State final : Thing, std::enable_shared_from_this<Timer::State> {
    std::optional<asio::steady_timer> timer;
    std::function<void()> f;
    std::chrono::steady_clock::duration period{};  ///< zero: once
    bool pending = true;

    State(Loop::Impl& l, double seconds, std::function<void()> call)
        : Thing(l), timer(l.context), f(std::move(call)) {
        timer->expires_after(in_seconds(std::max(seconds, 0.0)));
    }
    void end() override {
        pending = false;
        loop = nullptr;
        timer.reset();
    }
    void wait() {
        timer->async_wait([self = shared_from_this()](ErrorCode ec) {
            if (!ec && self->pending)
                self->fire();
        });
    }
    void fire() {
        Loop::Impl* l = loop;
        if (period.count()) {
            auto now = std::chrono::steady_clock::now(), next = timer->expiry() + period;
            if (next < now)
                next += (now - next) / period * period + period;
            timer->expires_at(next);
            wait();
            l->guard(f);
        } else {
            pending = false;
            auto call = std::move(f);
            l->guard(call);
        }
    }
};

Timer::Timer() = default;
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&& o) noexcept {
    if (this != &o) {
        cancel();
        state_ = std::move(o.state_);
    }
    return *this;
}
Timer::~Timer() { cancel(); }
bool Timer::pending() const { return state_ && state_->pending; }
void Timer::cancel() {
    if (!state_)
        return;
    state_->pending = false;
    if (state_->timer)
        state_->timer->cancel();
    state_.reset();
}

Timer Loop::after(double seconds, std::function<void()> f) {
    Timer t;
    t.state_ = std::make_shared<Timer::State>(*impl_, seconds, std::move(f));
    t.state_->wait();
    return t;
}

Timer Loop::every(double seconds, std::function<void()> f) {
    if (seconds <= 0)
        bug("a timer without a period");
    Timer t;
    t.state_ = std::make_shared<Timer::State>(*impl_, seconds, std::move(f));
    t.state_->period = in_seconds(seconds);
    t.state_->wait();
    return t;
}

// ---- descriptors --------------------------------------------------------------

struct Watch::State final : Thing, std::enable_shared_from_this<Watch::State> {
    std::optional<asio::posix::stream_descriptor> fd;
    asio::posix::stream_descriptor::wait_type what;
    std::function<void()> f;

    State(Loop::Impl& l, int d, asio::posix::stream_descriptor::wait_type w,
          std::function<void()> call)
        : Thing(l), what(w), f(std::move(call)) {
        // A copy of its own: two watches of one descriptor do not meet, and a closed one does no
        // harm.
        int copy = fcntl(d, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            throw system_error("cannot watch a descriptor");
        fd.emplace(l.context, copy);
    }
    void end() override {
        loop = nullptr;
        fd.reset();
    }
    void wait() {
        fd->async_wait(what, [self = shared_from_this()](ErrorCode ec) {
            if (ec || !self->fd)
                return;
            self->loop->guard(self->f);
            if (self->fd)
                self->wait();
        });
    }
};

Watch::Watch() = default;
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&& o) noexcept {
    if (this != &o) {
        cancel();
        state_ = std::move(o.state_);
    }
    return *this;
}
Watch::~Watch() { cancel(); }
void Watch::cancel() {
    if (!state_)
        return;
    state_->fd.reset();
    state_.reset();
}

Watch Loop::on_readable(int fd, std::function<void()> f) {
    Watch w;
    w.state_ = std::make_shared<Watch::State>(*impl_, fd, asio::posix::stream_descriptor::wait_read,
                                              std::move(f));
    w.state_->wait();
    return w;
}

Watch Loop::on_writable(int fd, std::function<void()> f) {
    Watch w;
    w.state_ = std::make_shared<Watch::State>(
        *impl_, fd, asio::posix::stream_descriptor::wait_write, std::move(f));
    w.state_->wait();
    return w;
}

}  // namespace weft
