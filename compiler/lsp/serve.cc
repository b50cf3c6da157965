// Three threads: one reads, so that a cancellation overtakes what waits; one compiles; this one
// does the rest.
#include "compiler/lsp/serve.hh"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <variant>

#include "base/error.hh"

namespace weft::compiler::lsp {
namespace {

struct Malformed {
    std::string why;
};
struct Closed {
    std::exception_ptr why;
};
using Event = std::variant<Element, Malformed, Checker::Outcome, Closed>;

class Queue {
public:
    void put(Event e) {
        {
            std::lock_guard guard(lock_);
            events_.push_back(std::move(e));
        }
        changed_.notify_one();
    }
    void cancel(const Element& id) {
        std::lock_guard guard(lock_);
        if (cancelled_.size() > 1000)
            cancelled_.clear();  // they came too late: their answers had gone out
        cancelled_.insert(to_json(id));
    }
    /// Nothing when nothing comes for so long; negative: wait for ever.
    std::optional<Event> take(std::chrono::milliseconds longest) {
        std::unique_lock guard(lock_);
        auto there = [&] {
            return !events_.empty();
        };
        if (longest.count() < 0)
            changed_.wait(guard, there);
        else if (!changed_.wait_for(guard, longest, there))
            return std::nullopt;
        Event e = std::move(events_.front());
        events_.pop_front();
        return e;
    }
    bool was_cancelled(const Element& message) {
        const Element* id = get(message, "id");
        if (!id || (!id->is(Kind::long_) && !id->is(Kind::string)))
            return false;
        std::lock_guard guard(lock_);
        return cancelled_.erase(to_json(*id)) > 0;
    }
    bool empty() {
        std::lock_guard guard(lock_);
        return events_.empty();
    }

private:
    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Event> events_;
    std::set<std::string> cancelled_;
};

void write_all(int fd, std::string_view s) {
    while (!s.empty()) {
        ssize_t n = ::write(fd, s.data(), s.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error("cannot write to the editor");
        s.remove_prefix(size_t(n));
    }
}

/// Reads messages into the queue until the end of the input, or until `stop` can be read.
void read_messages(int in, int stop, Queue& queue) {
    MessageReader reader;
    std::string buffer(1 << 16, '\0');
    try {
        for (;;) {
            while (auto json = reader.next()) {
                try {
                    Element message = parse_message(*json);
                    const Element* id = get(get(message, "params"), "id");
                    if (string_at(&message, "method") == "$/cancelRequest" && id &&
                        (id->is(Kind::long_) || id->is(Kind::string))) {
                        queue.cancel(*id);
                        continue;
                    }
                    message.freeze();  // it goes to another thread
                    queue.put(std::move(message));
                } catch (const Error& e) {
                    queue.put(Malformed{e.message});
                }
            }
            pollfd ready[] = {{in, POLLIN, 0}, {stop, POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0 && errno != EINTR)
                throw system_error("cannot wait for the editor");
            if (ready[1].revents)
                return;
            if (!ready[0].revents)
                continue;
            ssize_t n = ::read(in, buffer.data(), buffer.size());
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                throw system_error("cannot read from the editor");
            if (n == 0)
                return queue.put(Closed{});
            reader.feed({buffer.data(), size_t(n)});
        }
    } catch (const Error&) {
        queue.put(Closed{std::current_exception()});
    }
}

}  // namespace

int serve(int in, int out, ServerOptions options) {
    constexpr std::chrono::milliseconds pause(
        300);  // without a keystroke, before objects are built
    constexpr std::chrono::milliseconds between_looks(2000);  // at the disk
    Queue queue;
    int stop[2];
    if (::pipe(stop) != 0)
        throw system_error("cannot make a pipe");
    std::thread reader([&] { read_messages(in, stop[0], queue); });
    struct Join {
        std::thread& thread;
        int* stop;
        ~Join() {
            ::close(stop[1]);  // makes the other end readable
            thread.join();
            ::close(stop[0]);
        }
    } join{reader, stop};

    Server server(
        std::move(options), [&](std::string_view json) { write_all(out, framed(json)); },
        [&](Checker::Outcome o) { queue.put(std::move(o)); });
    while (!server.ended()) {
        bool wait = server.wants_rest() && !server.compiling();
        auto event = queue.take(wait ? pause : between_looks);
        if (!event) {
            if (wait)
                server.rest();
            else
                server.look();
            server.idle();
            continue;
        }
        if (auto* message = std::get_if<Element>(&*event))
            server.receive(*message, queue.was_cancelled(*message));
        else if (auto* bad = std::get_if<Malformed>(&*event))
            server.malformed(bad->why);
        else if (auto* outcome = std::get_if<Checker::Outcome>(&*event))
            server.finished(std::move(*outcome));
        else if (auto* closed = std::get_if<Closed>(&*event)) {
            if (closed->why)
                std::rethrow_exception(closed->why);
            break;
        }
        if (queue.empty())
            server.idle();
    }
    // A compile cannot be stopped half-way, and nobody waits for it any more.
    if (server.compiling())
        ::_exit(server.status());
    return server.status();
}

}  // namespace weft::compiler::lsp
