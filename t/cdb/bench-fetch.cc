// Many nodes that fetch their profile at once, each with its own certificate and a TLS handshake in
// full; how long from the first packet to the last byte. bench-scale.sh runs it:
//
//   bench-fetch certificates PKI <names       as cdb-pki makes them, a thousand times faster; not
//   on its list bench-fetch PORT PKI spread=SECONDS <names    the nodes begin evenly over that
//   time; 0: at the same instant bench-fetch PORT PKI open=N <names            so many connections
//   at a time bench-fetch PORT PKI told=UDPPORT <names      each begins when the datagram for it
//   comes: the n-th, from 0, is told
//                                             at 127.1.(n / 250).(n % 250 + 1); "waiting" on stderr
//                                             when it can hear
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// As the kernel's times of datagrams.
double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

struct Node {
    std::string name;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
    int fd = -1;
    double start = 0, end = 0;
    bool connected = false, sent = false, failed = false;
    size_t bytes = 0;
    std::string head;
};

void finish(Node& n, bool ok) {
    n.end = now();
    n.failed = !ok;
    n.ssl.reset();
    close(n.fd);
    n.fd = -1;
}

/// As far as it goes without waiting; the events to wait for, 0 when it is over.
uint32_t go_on(Node& n) {
    for (;;) {
        int r;
        std::string request = "GET /profiles/" + n.name +
                              ".xml HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: "
                              "gzip\r\nConnection: close\r\n\r\n";
        static char buffer[65536];
        if (!n.connected) {
            if ((r = SSL_connect(n.ssl.get())) == 1) {
                n.connected = true;
                continue;
            }
        } else if (!n.sent) {
            if ((r = SSL_write(n.ssl.get(), request.data(), int(request.size()))) > 0) {
                n.sent = true;
                continue;
            }
        } else if ((r = SSL_read(n.ssl.get(), buffer, sizeof buffer)) > 0) {
            if (n.head.size() < 64)
                n.head.append(buffer, size_t(std::min(r, 64)));
            n.bytes += size_t(r);
            continue;
        }
        int e = SSL_get_error(n.ssl.get(), r);
        if (e == SSL_ERROR_WANT_READ)
            return EPOLLIN;
        if (e == SSL_ERROR_WANT_WRITE)
            return EPOLLOUT;
        finish(n, n.bytes > 1000 && n.head.starts_with("HTTP/1.1 200"));
        ERR_clear_error();
        return 0;
    }
}

template <class T>
T* from_file(const std::string& path, T* (*read)(FILE*, T**, pem_password_cb*, void*)) {
    FILE* f = std::fopen(path.c_str(), "r");
    T* t = f ? read(f, nullptr, nullptr, nullptr) : nullptr;
    if (f)
        std::fclose(f);
    if (!t) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(70);
    }
    return t;
}

int make_certificates(const std::string& pki) {
    X509* ca = from_file(pki + "/ca.crt", PEM_read_X509);
    EVP_PKEY* ca_key = from_file(pki + "/ca.key", PEM_read_PrivateKey);
    long serial = long(time(nullptr)) << 20;
    for (std::string name; std::getline(std::cin, name);) {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* x = X509_new();
        X509_set_version(x, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
        X509_gmtime_adj(X509_getm_notBefore(x), -60);
        X509_gmtime_adj(X509_getm_notAfter(x), 86400);
        X509_set_pubkey(x, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(x, X509_get_subject_name(ca));
        for (auto& [nid, text] :
             {std::pair(NID_basic_constraints, std::string("critical,CA:false")),
              {NID_key_usage, "critical,digitalSignature"},
              {NID_ext_key_usage, "clientAuth,serverAuth"},
              {NID_subject_alt_name, "DNS:" + name}}) {
            X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, nullptr, nid, text.c_str());
            X509_add_ext(x, e, -1);
            X509_EXTENSION_free(e);
        }
        X509_sign(x, ca_key, EVP_sha256());
        FILE* to = std::fopen((pki + "/" + name + ".crt").c_str(), "w");
        PEM_write_X509(to, x);
        std::fclose(to);
        to = std::fopen((pki + "/" + name + ".key").c_str(), "w");
        PEM_write_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(to);
        X509_free(x);
        EVP_PKEY_free(key);
    }
    return 0;
}

/// A socket that hears every node's datagrams.
int hear(uint16_t port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, size = 8 << 20;
    sockaddr_in at{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {INADDR_ANY}, .sin_zero = {}};
    if (bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at)) {
        std::perror("bind");
        std::exit(70);
    }
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
}

/// The next datagram: the number of its node, and when it came. False when there is none.
bool heard(int fd, size_t& node, double& when) {
    char bytes[2048], control[512];
    iovec part{bytes, sizeof bytes};
    msghdr m{};
    m.msg_iov = &part;
    m.msg_iovlen = 1;
    m.msg_control = control;
    m.msg_controllen = sizeof control;
    if (recvmsg(fd, &m, 0) < 0)
        return false;
    node = SIZE_MAX;
    when = now();
    for (cmsghdr* c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            uint32_t to = ntohl(reinterpret_cast<in_pktinfo*>(CMSG_DATA(c))->ipi_addr.s_addr);
            if (to >> 16 == 0x7f01)
                node = size_t(to >> 8 & 255) * 250 + (to & 255) - 1;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            auto* t = reinterpret_cast<timespec*>(CMSG_DATA(c));
            when = double(t->tv_sec) + double(t->tv_nsec) / 1e9;
        }
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3)
        return make_certificates(argv[2]);
    if (argc != 4)
        return 0;  // `make bench` runs every bench; this one belongs to bench-scale.sh
    signal(SIGPIPE, SIG_IGN);
    std::string pki = argv[2], how = argv[3], word = how.substr(0, how.find('='));
    double number = std::atof(how.c_str() + std::min(word.size() + 1, how.size()));
    bool told = word == "told";
    double spread = word == "spread" ? number : 0, limit = told ? 600 : spread + 60;
    size_t most = word == "open" ? size_t(number) : SIZE_MAX;
    SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(ctx, (pki + "/ca.crt").c_str(), nullptr);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    std::vector<Node> nodes;
    for (std::string name; std::getline(std::cin, name);) {
        Node n{.name = name};
        n.ssl.reset(SSL_new(ctx));
        if (SSL_use_certificate_file(n.ssl.get(), (pki + "/" + name + ".crt").c_str(),
                                     SSL_FILETYPE_PEM) != 1 ||
            SSL_use_PrivateKey_file(n.ssl.get(), (pki + "/" + name + ".key").c_str(),
                                    SSL_FILETYPE_PEM) != 1) {
            std::fprintf(stderr, "no certificate of %s\n", name.c_str());
            return 70;
        }
        nodes.push_back(std::move(n));
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(uint16_t(std::atoi(argv[1])));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    int poll = epoll_create1(0), udp = -1;
    if (told) {
        udp = hear(uint16_t(number));
        epoll_event e{.events = EPOLLIN, .data = {.u64 = SIZE_MAX}};
        epoll_ctl(poll, EPOLL_CTL_ADD, udp, &e);
        std::fprintf(stderr, "waiting\n");
    }
    size_t begun = 0, over = 0;
    double start = now(), first = 0;
    auto begin = [&](size_t i, double at) {
        Node& n = nodes[i];
        n.start = at;
        if (!begun++)
            first = at;
        n.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int one = 1;
        setsockopt(n.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (n.fd < 0 ||
            (connect(n.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) && errno != EINPROGRESS)) {
            if (n.fd >= 0)
                close(n.fd);
            n.failed = true;
            n.end = now();
            over++;
            return;
        }
        SSL_set_fd(n.ssl.get(), n.fd);
        epoll_event e{.events = EPOLLOUT, .data = {.u64 = i}};
        epoll_ctl(poll, EPOLL_CTL_ADD, n.fd, &e);
    };
    while (over < nodes.size() && now() - start < limit) {
        while (!told && begun < nodes.size() && begun - over < most &&
               now() - start >= spread * double(begun) / double(nodes.size()))
            begin(begun, now());
        epoll_event ready[256];
        int count =
            epoll_wait(poll, ready, 256, begun < nodes.size() && most == SIZE_MAX ? 1 : 100);
        for (int i = 0; i < count; i++) {
            size_t node = ready[i].data.u64;
            double when = 0;
            if (node == SIZE_MAX) {
                while (heard(udp, node, when))
                    if (node < nodes.size() && !nodes[node].start)
                        begin(node, when);
            } else if (uint32_t events = go_on(nodes[node])) {
                epoll_event e{.events = events, .data = {.u64 = node}};
                epoll_ctl(poll, EPOLL_CTL_MOD, nodes[node].fd, &e);
            } else {
                over++;
            }
        }
    }
    std::vector<double> times;
    size_t errors = 0;
    for (Node& n : nodes) {
        if (n.failed || !n.end)
            errors++;
        else
            times.push_back(n.end - n.start);
    }
    std::sort(times.begin(), times.end());
    auto at = [&](double part) {
        return times.empty()
                   ? 0
                   : times[std::min(times.size() - 1, size_t(part * double(times.size())))] * 1e3;
    };
    std::printf(
        "%zu nodes, %zu errors, median %.0f ms, p99 %.0f ms, max %.0f ms, all done after %.2f s\n",
        nodes.size(), errors, at(0.5), at(0.99), at(1), now() - first);
    return errors ? 1 : 0;
}
