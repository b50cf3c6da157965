// Addresses, as text and as the system has them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hh"
#include "base/wrap/asio.hh"

namespace weft {

Endpoint Endpoint::parse(std::string_view text, uint16_t default_port) {
    auto wrong = [&] {
        return Error(exit_usage, fmt::format("'{}' is no address", text), {},
                     "write address:port, [address]:port or :port");
    };
    Endpoint e{std::string(text), default_port};
    std::string_view port;
    bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    if (text.starts_with('[')) {
        size_t end = text.find(']');
        if (end == std::string_view::npos)
            throw wrong();
        e.address = text.substr(1, end - 1);
        if (end + 1 < text.size()) {
            if (text[end + 1] != ':')
                throw wrong();
            port = text.substr(end + 2);
            if (port.empty())
                throw wrong();
        }
    } else if (digits) {
        e.address.clear();
        port = text;
    } else if (size_t colon = text.find(':');
               colon != std::string_view::npos && colon == text.rfind(':')) {
        e.address = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (port.empty())
            throw wrong();
    }
    if (!port.empty()) {
        auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), e.port);
        if (ec != std::errc() || end != port.data() + port.size())
            throw wrong();
    }
    return e;
}

std::string Endpoint::text() const {
    return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                  : fmt::format("[{}]:{}", address, port);
}

Endpoint endpoint_of(const sockaddr_storage& s) {
    char text[INET6_ADDRSTRLEN] = "";
    if (s.ss_family == AF_INET) {
        auto& a = reinterpret_cast<const sockaddr_in&>(s);
        inet_ntop(AF_INET, &a.sin_addr, text, sizeof text);
        return {text, ntohs(a.sin_port)};
    }
    if (s.ss_family != AF_INET6)
        return {};
    auto& a = reinterpret_cast<const sockaddr_in6&>(s);
    if (IN6_IS_ADDR_V4MAPPED(&a.sin6_addr))
        inet_ntop(AF_INET, a.sin6_addr.s6_addr + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, &a.sin6_addr, text, sizeof text);
    return {text, ntohs(a.sin6_port)};
}

unsigned sockaddr_of(const Endpoint& at, int family, sockaddr_storage& s) {
    s = {};
    auto& v4 = reinterpret_cast<sockaddr_in&>(s);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(s);
    in_addr a4{};
    bool is4 =
        at.address.empty() ? family == AF_INET : inet_pton(AF_INET, at.address.c_str(), &a4) == 1;
    if (is4 && family != AF_INET6) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(at.port);
        v4.sin_addr = a4;
        return sizeof v4;
    }
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(at.port);
    if (is4) {  // to an IPv4 address through an IPv6 socket
        v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
        memcpy(v6.sin6_addr.s6_addr + 12, &a4, 4);
    } else if (!at.address.empty() && inet_pton(AF_INET6, at.address.c_str(), &v6.sin6_addr) != 1) {
        throw Error(exit_usage, fmt::format("'{}' is no numeric address", at.address));
    }
    return sizeof v6;
}

Fd bound_socket(const Endpoint& at, int type) {
    sockaddr_storage s;
    auto open = [&](int family) {
        return Fd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    };
    bool any = at.address.empty();
    unsigned size = sockaddr_of(at, any ? AF_INET6 : 0, s);
    Fd fd = open(s.ss_family);
    if (!fd && any && errno == EAFNOSUPPORT) {
        size = sockaddr_of(at, AF_INET, s);
        fd = open(AF_INET);
    }
    if (!fd)
        throw system_error("cannot make a socket for " + at.text(), exit_unavailable);
    int on = 1, off = 0;
    if (s.ss_family == AF_INET6)
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on);
    if (type == SOCK_STREAM)
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&s), size))
        throw system_error("cannot listen on " + at.text(), exit_unavailable);
    return fd;
}

Endpoint local_of(int fd) {
    sockaddr_storage s{};
    socklen_t size = sizeof s;
    getsockname(fd, reinterpret_cast<sockaddr*>(&s), &size);
    return endpoint_of(s);
}

}  // namespace weft
