// Mutual TLS as a site uses it: nodes known by their certificates, strangers and the revoked turned
// away, renewed certificates taken without a restart.
#include "t/tap.hh"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/http.hh"
#include "base/process.hh"

using namespace weft;

/// A throw-away authority, made once for all cases by openssl(1).
struct Pki {
    ScratchDir dir;
    std::string at(const std::string& name) const { return dir.path() + "/" + name; }

    void sh(const std::string& script) const {
        ProcessOptions o;
        o.dir = dir.path();
        o.merge = true;
        ProcessResult r = run_process({"sh", "-e", "-c", script}, o);
        BOOST_REQUIRE_MESSAGE(r.ok(), r.out);
    }
    void issue(const std::string& name, const std::string& subject, const std::string& san,
               const std::string& more = {}) const {
        sh("openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -utf8 -keyout " +
           name + ".key -subj '" + subject + "' -addext 'subjectAltName=" + san +
           "' -out r.csr; openssl x509 -req -in r.csr -CA ca.pem -CAkey ca.key -copy_extensions "
           "copyall "
           "-days 30 -out " +
           name + ".pem " + more);
    }
    Pki() {
        sh("for ca in ca other; do openssl req -x509 -nodes -newkey ec -pkeyopt "
           "ec_paramgen_curve:P-256 -keyout $ca.key -subj /O=Site/CN=$ca -days 30 "
           "-out $ca.pem; done");
        issue("server", "/O=Site/CN=cdb", "DNS:cdb.example.org,DNS:*.cdb.example.org,IP:127.0.0.1");
        issue("lxb001", "/C=CH/O=Site/OU=Nodes, West/CN=lxb001.example.org",
              "DNS:LXB001.example.org,DNS:lxb001,email:root@lxb001", "-set_serial 0xAB12");
        issue("lxb002", "/O=Site/CN=lxb002", "DNS:lxb002", "-set_serial 0x77");
        issue("expired", "/O=Site/CN=expired", "DNS:expired", "-days -1");
        sh("openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout self.key "
           "-subj /CN=lxb001.example.org -days 30 -out self.pem");
        sh("printf "
           "'V\\t30000101000000Z\\t\\t01\\tunknown\\t/"
           "CN=x\\nR\\t30000101000000Z\\t200101000000Z\\t77\\tunknown\\t/O=Site/CN=lxb002\\n' "
           ">index; "
           "printf '[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\ndefault_md=sha256\\n' >ca.cnf; "
           "openssl ca -config ca.cnf -gencrl -cert ca.pem -keyfile ca.key -crldays 30 -out "
           "ca.crl");
    }
    tls::Options server(const std::string& name = "server") const {
        return {
            at(name + ".pem"), at(name + ".key"), at("ca.pem"), "", "", tls::Verify::required, ""};
    }
    tls::Options client(const std::string& name) const {
        tls::Options o{"", "", at("ca.pem"), "", "", tls::Verify::required, "cdb.example.org"};
        if (!name.empty()) {
            o.cert_file = at(name + ".pem");
            o.key_file = at(name + ".key");
        }
        return o;
    }
};
static const Pki& pki() {
    static Pki p;
    return p;
}

/// A server that says who is asking.
struct Site {
    Loop loop;
    HttpServer server;
    std::mutex mutex;
    std::string refused;
    std::thread thread;

    explicit Site(const tls::Options& o, HttpLimits limits = {})
        : server(loop, {"127.0.0.1", 0}, tls::Context::server(o), limits) {
        server.route("GET", "/who", [](HttpReply r) {
            const HttpRequest& q = r.request();

            r.send(HttpResponse::text(200, q.peer ? q.peer->subject : "nobody"));
        });
        server.route("GET", "/big", [](HttpReply r) {
            r.send(HttpResponse::text(200, std::string(3000000, 'b')));
        });
        server.route(
            "POST", "/echo",
            [](HttpReply r) {
                const HttpRequest& q = r.request();
                r.send(HttpResponse::text(200, q.body));
            },
            8 << 20);
        server.on_refused([this](const Endpoint&, std::string_view why) {
            std::lock_guard lock(mutex);
            refused += why;
            refused += '\n';
        });
        thread = std::thread([this] { loop.run(); });
    }
    ~Site() {
        loop.stop();
        thread.join();
    }
    std::string refusals() {
        std::lock_guard lock(mutex);
        return refused;
    }
};

static Fd connected(const Site& s) {
    Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(s.server.local().port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a) && errno != EINPROGRESS)
        BOOST_FAIL("connect");
    return fd;
}

/// A blocking client on our own stream.
struct Client {
    Fd fd;
    tls::Stream stream;
    Client(const Site& s, const tls::Options& o)
        : fd(connected(s)), stream(tls::Context::client(o), fd.get()) {}

    tls::Stream::Result wait(auto&& call) {
        for (;;) {
            tls::Stream::Result r = call();
            if (r != tls::Stream::want_read && r != tls::Stream::want_write)
                return r;
            pollfd p{fd.get(), short(r == tls::Stream::want_read ? POLLIN : POLLOUT), 0};
            if (poll(&p, 1, 20000) != 1)
                BOOST_FAIL("no answer within 20 s");
        }
    }
    /// "ok" and what the server answered until it closed, or why not.
    std::string ask(const std::string& request) {
        size_t n = 0;
        if (wait([&] { return stream.handshake(); }) != tls::Stream::done)
            return "handshake: " + stream.why();
        for (size_t at = 0; at < request.size(); at += n)
            if (wait([&] { return stream.write(request.data() + at, request.size() - at, n); }) !=
                tls::Stream::done)
                return "write: " + stream.why();
        std::string got;
        char buf[30000];
        for (;;) {
            auto r = wait([&] { return stream.read(buf, sizeof buf, n); });
            if (r == tls::Stream::failed)
                return "read: " + stream.why();
            if (r != tls::Stream::done)
                return got;
            got.append(buf, n);
        }
    }
    std::string get(const std::string& path) {
        return ask("GET " + path + " HTTP/1.1\r\nHost: cdb\r\nConnection: close\r\n\r\n");
    }
};

static bool ends(const std::string& text, std::string_view end) {
    if (text.ends_with(end))
        return true;
    BOOST_TEST_MESSAGE(text);
    return false;
}

BOOST_AUTO_TEST_CASE(a_node_is_known_by_its_certificate) {
    Site site(pki().server());
    Client c(site, pki().client("lxb001"));
    BOOST_TEST(ends(c.get("/who"), "\r\n\r\nCN=lxb001.example.org,OU=Nodes\\, West,O=Site,C=CH"));
    tls::Identity server = *c.stream.peer();
    BOOST_TEST(server.common_name == "cdb");
    BOOST_TEST(server.is_host("CDB.example.org"));
    BOOST_TEST(!server.is_host("a.cdb.example.org"));  // though it has *.cdb.example.org
    BOOST_TEST(!server.is_host("cdb"));
    server.dns.clear();
    BOOST_TEST(!server.is_host("cdb"));  // the CN is no host name
}

BOOST_AUTO_TEST_CASE(an_identity_holds_names_addresses_and_the_serial) {
    tls::Identity seen;
    Site site(pki().server());
    site.server.route("GET", "/id", [&](HttpReply r) {
        const HttpRequest& q = r.request();

        seen = *q.peer;
        r.send({204, {}, nullptr});
    });
    Client c(site, pki().client("lxb001"));
    BOOST_TEST(c.get("/id").starts_with("HTTP/1.1 204 "));
    BOOST_TEST(seen.common_name == "lxb001.example.org");
    BOOST_TEST(seen.dns == (std::vector<std::string>{"lxb001.example.org", "lxb001"}),
               boost::test_tools::per_element());
    BOOST_TEST(seen.emails == std::vector<std::string>{"root@lxb001"},
               boost::test_tools::per_element());
    BOOST_TEST(seen.serial == "AB12");
    BOOST_TEST(seen.issuer == "CN=ca,O=Site");
    BOOST_TEST(seen.not_after > time(nullptr) + 29 * 86400);
    BOOST_TEST(seen.not_after < time(nullptr) + 31 * 86400);
}

BOOST_AUTO_TEST_CASE(strangers_the_expired_and_those_without_a_certificate_are_turned_away) {
    Site site(pki().server());
    for (const char* who : {"self", "expired", ""}) {
        std::string got = Client(site, pki().client(who)).get("/who");
        BOOST_TEST(!got.starts_with("HTTP"), who << ": " << got);
    }
    std::string why;
    for (int i = 0; i < 500 && std::count(why.begin(), why.end(), '\n') < 3; i++) {
        usleep(10000);
        why = site.refusals();
    }
    BOOST_TEST(
        why.find("certificate verify failed: self-signed certificate\n") != std::string::npos, why);
    BOOST_TEST(
        why.find("certificate verify failed: certificate has expired\n") != std::string::npos, why);
    BOOST_TEST(why.find("peer did not return a certificate\n") != std::string::npos, why);
    BOOST_TEST(ends(Client(site, pki().client("lxb002")).get("/who"), "CN=lxb002,O=Site"));
}

BOOST_AUTO_TEST_CASE(where_a_certificate_is_optional_nobody_is_nobody_and_a_bad_one_is_still_bad) {
    tls::Options o = pki().server();
    o.verify = tls::Verify::optional;
    Site site(o);
    BOOST_TEST(ends(Client(site, pki().client("")).get("/who"), "\r\n\r\nnobody"));
    BOOST_TEST(ends(Client(site, pki().client("lxb002")).get("/who"), "CN=lxb002,O=Site"));
    BOOST_TEST(!Client(site, pki().client("self")).get("/who").starts_with("HTTP"));
}

BOOST_AUTO_TEST_CASE(the_revoked_are_turned_away) {
    tls::Options o = pki().server();
    o.crl_file = pki().at("ca.crl");
    Site site(o);
    BOOST_TEST(!Client(site, pki().client("lxb002")).get("/who").starts_with("HTTP"));
    BOOST_TEST(Client(site, pki().client("lxb001")).get("/who").starts_with("HTTP/1.1 200 "));
    BOOST_TEST(site.refusals().find("certificate revoked") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_does_not_talk_to_the_wrong_server) {
    Site site(pki().server());
    tls::Options o = pki().client("lxb001");
    o.host = "other.example.org";
    BOOST_TEST(Client(site, o).get("/who").find("hostname mismatch") != std::string::npos);
    o = pki().client("lxb001");
    o.ca_file = pki().at("other.pem");
    BOOST_TEST(Client(site, o).get("/who").starts_with("handshake: certificate verify failed"));
}

BOOST_AUTO_TEST_CASE(large_bodies_pass_both_ways_whole) {
    Site site(pki().server());
    std::string got = Client(site, pki().client("lxb001")).get("/big");
    BOOST_TEST(got.ends_with(std::string(3000000, 'b')));
    std::string body;
    while (body.size() < 5000000)
        body += std::to_string(body.size()) + ' ';
    got = Client(site, pki().client("lxb001"))
              .ask(fmt::format("POST /echo HTTP/1.1\r\nHost: cdb\r\nConnection: "
                               "close\r\nContent-Length: {}\r\n\r\n",
                               body.size()) +
                   body);
    BOOST_TEST(got.ends_with(body));
}

BOOST_AUTO_TEST_CASE(noise_silence_and_hanging_up_do_no_harm) {
    Site site(pki().server(), {.handshake_seconds = 0.2});
    for (std::string_view noise :
         {"GET /who HTTP/1.1\r\nHost: cdb\r\n\r\n", "\x16\x03\x01\xff\xff", ""}) {
        Fd fd = connected(site);
        pollfd p{fd.get(), POLLOUT, 0};
        poll(&p, 1, 20000);
        (void)!::send(fd.get(), noise.data(), noise.size(), MSG_NOSIGNAL);
        char buf[1000];
        ssize_t n;
        do {
            p = {fd.get(), POLLIN, 0};
            BOOST_REQUIRE(poll(&p, 1, 20000) == 1);
        } while ((n = recv(fd.get(), buf, sizeof buf, 0)) > 0);
    }
    for (int i = 0; i < 50; i++)
        connected(site);
    BOOST_TEST(site.refusals().find("the handshake took too long\n") != std::string::npos);
    BOOST_TEST(Client(site, pki().client("lxb001")).get("/who").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(many_shake_hands_at_once_and_each_is_who_it_is) {
    Site site(pki().server());
    std::vector<std::jthread> threads;
    std::atomic<int> first = 0, second = 0;
    for (int t = 0; t < 8; t++)
        threads.emplace_back([&, node = t % 2] {
            for (int i = 0; i < 12; i++) {
                std::string got =
                    Client(site, pki().client(node ? "lxb001" : "lxb002")).get("/who");
                if (got.ends_with(node ? "CN=lxb001.example.org,OU=Nodes\\, West,O=Site,C=CH"
                                       : "CN=lxb002,O=Site"))
                    (node ? first : second)++;
            }
        });
    threads.clear();
    BOOST_TEST(first == 48);
    BOOST_TEST(second == 48);
}

BOOST_AUTO_TEST_CASE(a_server_goes_while_many_shake_hands) {
    for (int round = 0; round < 5; round++) {
        std::vector<std::unique_ptr<Client>> clients;
        Site site(pki().server());
        for (int i = 0; i < 30; i++) {
            clients.push_back(std::make_unique<Client>(site, pki().client("lxb001")));
            pollfd p{clients.back()->fd.get(), POLLOUT, 0};
            poll(&p, 1, 10000);
            clients.back()->stream.handshake();  // what comes first; the rest is the server's turn
        }
    }
}

BOOST_AUTO_TEST_CASE(a_renewed_certificate_is_shown_from_the_next_connection_on) {
    Site site(pki().server());
    Client before(site, pki().client("lxb001"));
    BOOST_TEST(before.get("/who").starts_with("HTTP"));
    pki().issue("renewed", "/O=Site/CN=renewed", "DNS:cdb.example.org");
    std::atomic<bool> done = false;
    site.loop.post([&] {
        site.server.use(tls::Context::server(pki().server("renewed")));
        done = true;
    });
    while (!done)
        usleep(1000);
    Client after(site, pki().client("lxb001"));
    BOOST_TEST(after.get("/who").starts_with("HTTP"));
    BOOST_TEST(after.stream.peer()->common_name == "renewed");
}

BOOST_AUTO_TEST_CASE(curl_agrees) {
    Site site(pki().server());
    std::string url = fmt::format("https://127.0.0.1:{}/who", site.server.local().port);
    std::vector<std::string> curl = {"curl",     "-sS",
                                     "--cacert", pki().at("ca.pem"),
                                     "--cert",   pki().at("lxb002.pem"),
                                     "--key",    pki().at("lxb002.key"),
                                     "-w",       " %{http_code} %{http_version} %{num_connects}\n",
                                     url,        url};
    ProcessResult r = run_process(curl);
    BOOST_TEST(r.out == "CN=lxb002,O=Site 200 1.1 1\nCN=lxb002,O=Site 200 1.1 0\n");
    curl.insert(curl.begin() + 2, {"--tls-max", "1.1"});
    BOOST_TEST(run_process(curl).status == 35);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_named) {
    auto complaint = [](tls::Options o) {
        try {
            tls::Context::server(o);
            return std::string("none");
        } catch (const Error& e) {
            BOOST_TEST(e.status == exit_config);
            return e.message;
        }
    };
    tls::Options o = pki().server();
    BOOST_TEST(complaint(o) == "none");
    o.cert_file = "/nowhere/cert.pem";
    BOOST_TEST(complaint(o) ==
               "cannot use the certificate '/nowhere/cert.pem': No such file or directory");
    o = pki().server();
    o.key_file = pki().at("lxb001.key");
    BOOST_TEST(complaint(o) == "cannot use the key '" + o.key_file + "': key values mismatch");
    o = pki().server();
    write_file(pki().at("junk"), "junk\n");
    o.ca_file = pki().at("junk");
    BOOST_TEST(complaint(o).starts_with("cannot use the CA file '" + o.ca_file + "': "),
               complaint(o));
    o = pki().server();
    o.crl_file = pki().at("junk");
    BOOST_TEST(complaint(o).starts_with("cannot use the revocation list '"), complaint(o));
    o = pki().server();
    o.ca_file.clear();
    BOOST_TEST(complaint(o) ==
               "no certificate authority is set, so that no client can be verified");
    BOOST_TEST(complaint({}) == "a TLS server needs a certificate");
}
