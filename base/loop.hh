// The one event loop: timers, descriptors, datagrams, folders, children; everything happens on the
// thread that calls run(), except post() and stop(). Handles end what they stand for when they are
// destroyed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hh"

namespace weft {

/// An address and a port, as text for people and files: "127.0.0.1:7777", "[::1]:7777".
struct Endpoint {
    std::string address;
    uint16_t port = 0;

    /// "host:port", "[v6]:port", ":port" (any address), or a bare address or port; Error(64)
    /// otherwise.
    static Endpoint parse(std::string_view text, uint16_t default_port = 0);
    std::string text() const;
    bool operator==(const Endpoint&) const = default;
};

/// A call that is still to come. Destroyed or cancelled, it never comes.
class Timer {
public:
    Timer();
    Timer(Timer&&) noexcept;
    Timer& operator=(Timer&&) noexcept;
    ~Timer();
    void cancel();
    bool pending() const;

private:
    friend class Loop;
    struct State;
    std::shared_ptr<State> state_;
};

/// Interest in a descriptor or a folder, as long as this lives.
class Watch {
public:
    Watch();
    Watch(Watch&&) noexcept;
    Watch& operator=(Watch&&) noexcept;
    ~Watch();
    void cancel();

private:
    friend class Loop;
    struct State;
    std::shared_ptr<State> state_;
};

/// A bound UDP socket.
class Udp {
public:
    Udp();
    Udp(Udp&&) noexcept;
    Udp& operator=(Udp&&) noexcept;
    ~Udp();
    /// False when the system would not take it (full buffer, no route): a datagram may be lost
    /// anyway.
    ///   to   a numeric address; Error(64) when it is none
    bool send_to(const Endpoint& to, std::string_view bytes);
    /// Where it is bound; the port the system chose when 0 was asked for.
    Endpoint local() const;

private:
    friend class Loop;
    struct State;
    std::shared_ptr<State> state_;
};

/// A running child process, in its own process group. Destroyed early, the whole group is killed
/// and on_exit is not called.
class Child {
public:
    Child();
    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;
    ~Child();
    pid_t pid() const;  ///< 0 once it is gone
    bool running() const;
    void terminate();  ///< TERM to the group now, KILL two seconds later; on_exit will tell

private:
    friend class Loop;
    struct State;
    std::shared_ptr<State> state_;
};

class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;

    /// Serve until stop(), or until nothing is left to wait for.
    void run();
    /// Makes run() return, at once when it has not begun; from any thread.
    void stop();
    /// Call `f` on the loop's thread, soon; from any thread. Keeps run() from ending until called.
    void post(std::function<void()> f);

    /// What a handler threw comes here; without a handler it leaves run().
    void on_error(std::function<void(const std::exception&)> f);

    [[nodiscard]] Timer after(double seconds, std::function<void()> f);
    /// Every so many seconds, counted from the start of one call to the start of the next; missed
    /// ones are skipped, not made up for.
    [[nodiscard]] Timer every(double seconds, std::function<void()> f);

    /// Called whenever `fd` can be read (or is at its end); the descriptor stays the caller's and
    /// must outlive the watch.
    [[nodiscard]] Watch on_readable(int fd, std::function<void()> f);
    [[nodiscard]] Watch on_writable(int fd, std::function<void()> f);

    /// Called with the name of each file in `dir` that was made, closed after writing, renamed to
    /// or from there, or removed (a file written in place is told twice: made, then whole); with ""
    /// when events were lost or the folder itself went: look at everything again. Error(74) when
    /// there is no such folder.
    [[nodiscard]] Watch watch_path(const std::string& dir,
                                   std::function<void(std::string_view name)> f);

    /// Datagrams of at most 64 KB. `at.address` may be empty (any, IPv4 and IPv6) or numeric; port
    /// 0: any free one. Error(69) when the address is taken.
    [[nodiscard]] Udp udp(const Endpoint& at,
                          std::function<void(const Endpoint& from, std::string_view bytes)> f);

    /// Run a program like run_process, without waiting: on_exit gets its result, after its output
    /// was read or two seconds after it exited, whichever comes first. Error(69) when it cannot be
    /// started.
    [[nodiscard]] Child child(const std::vector<std::string>& argv, ProcessOptions,
                              std::function<void(const ProcessResult&)> on_exit);

    /// The same for one that runs already, and is our child and the leader of its group.
    [[nodiscard]] Child child(Spawned, const std::string& name, ProcessOptions,
                              std::function<void(const ProcessResult&)> on_exit);

    /// Call `f` for each of these signals, on the loop's thread, as long as the loop lives.
    void on_signal(const std::vector<int>& signals, std::function<void(int signal)> f);

    struct Impl;
    Impl& impl() { return *impl_; }  ///< for base/wrap only

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft
