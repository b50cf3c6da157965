// Boost.Asio as our sources see it: compiled once (asio.cc), never included by a public header.
// Also what the parts of the loop share.
#pragma once
#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_ASIO_DISABLE_BOOST_COROUTINE
#define BOOST_ASIO_NO_DEPRECATED
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <set>

#include "base/loop.hh"

struct sockaddr_storage;

namespace weft {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

/// What the loop must end when it goes before the handle that stands for it.
struct Ended {
    virtual void end() = 0;

protected:
    ~Ended() = default;
};

struct Loop::Impl {
    asio::io_context context{1};
    std::function<void(const std::exception&)> on_error;
    std::set<Ended*> things;
    std::vector<std::unique_ptr<asio::signal_set>> signals;
    std::string datagram;  ///< the one buffer all sockets receive into

    /// Call a handler; what it throws goes to on_error, or out of run().
    template <class F>
    void guard(F&& f) {
        if (!on_error)
            return f();
        try {
            f();
        } catch (const std::exception& e) {
            on_error(e);
        }
    }
};

/// A registered thing: a loop it may use until end().
struct Thing : Ended {
    Loop::Impl* loop;
    explicit Thing(Loop::Impl& l) : loop(&l) { l.things.insert(this); }
    Thing(const Thing&) = delete;
    void leave() {
        if (loop)
            loop->things.erase(this);
        loop = nullptr;
    }

protected:
    ~Thing() { leave(); }
};

inline std::chrono::steady_clock::duration in_seconds(double s) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(s));
}

/// To and from the system's addresses. An IPv4 address that came through an IPv6 socket is IPv4.
Endpoint endpoint_of(const sockaddr_storage&);
/// Error(64) when `at.address` is not numeric; "" is any address of `family`. Answers the length.
unsigned sockaddr_of(const Endpoint& at, int family, sockaddr_storage&);
/// A bound, non-blocking socket; family 0: IPv6 taking IPv4 too when the address is empty and the
/// system has it. Error(69) when the address is taken.
Fd bound_socket(const Endpoint& at, int type);
Endpoint local_of(int fd);

}  // namespace weft
