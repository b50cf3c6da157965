// Datagrams on the loop.
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hh"
#include "base/wrap/asio.hh"

namespace weft {

struct Udp::State final : Thing, std::enable_shared_from_this<Udp::State> {
    std::optional<asio::posix::stream_descriptor> fd;
    std::function<void(const Endpoint&, std::string_view)> f;
    int family;

    State(Loop::Impl& l, Fd s, std::function<void(const Endpoint&, std::string_view)> call)
        : Thing(l), f(std::move(call)) {
        socklen_t size = sizeof family;
        getsockopt(s.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
        fd.emplace(l.context, s.release());
    }
    void end() override {
        loop = nullptr;
        fd.reset();
    }
    void wait() {
        fd->async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](ErrorCode ec) {
                           if (ec || !self->fd)
                               return;
                           self->receive();
                           if (self->fd)
                               self->wait();
                       });
    }
    void receive() {
        std::string& buf = loop->datagram;
        if (buf.empty())
            buf.resize(65536);
        for (int i = 0; i < 64 && fd; i++) {  // then let others have a turn
            sockaddr_storage from{};
            socklen_t size = sizeof from;
            ssize_t n = recvfrom(fd->native_handle(), buf.data(), buf.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
            if (n < 0)
                break;
            loop->guard([&] { f(endpoint_of(from), {buf.data(), size_t(n)}); });
        }
    }
};

Udp::Udp() = default;
Udp::Udp(Udp&&) noexcept = default;
Udp& Udp::operator=(Udp&& o) noexcept {
    std::swap(state_, o.state_);
    return *this;
}
Udp::~Udp() {
    if (state_)
        state_->fd.reset();
}

bool Udp::send_to(const Endpoint& to, std::string_view bytes) {
    if (!state_ || !state_->fd)
        return false;
    sockaddr_storage s;
    unsigned size = sockaddr_of(to, state_->family, s);
    if (s.ss_family != state_->family)
        return false;
    return sendto(state_->fd->native_handle(), bytes.data(), bytes.size(),
                  MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&s),
                  size) == ssize_t(bytes.size());
}

Endpoint Udp::local() const {
    return state_ && state_->fd ? local_of(state_->fd->native_handle()) : Endpoint{};
}

Udp Loop::udp(const Endpoint& at, std::function<void(const Endpoint&, std::string_view)> f) {
    Udp u;
    u.state_ = std::make_shared<Udp::State>(*impl_, bound_socket(at, SOCK_DGRAM), std::move(f));
    u.state_->wait();
    return u;
}

}  // namespace weft
