// The HTTP server over real sockets: what clients send, good and bad, and what they get back. Also
// the small arts of the protocol.
#include "t/tap.hh"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/http.hh"
#include "base/url.hh"
#include "base/wrap/gzip.hh"

using namespace weft;

/// A server on its own thread, on a port the system chose.
struct Site {
    Loop loop;
    HttpServer server;
    std::thread thread;

    explicit Site(HttpLimits limits = {}, std::function<void(Site&)> routes = {},
                  std::optional<tls::Context> tls = {})
        : server(loop, {"127.0.0.1", 0}, std::move(tls), limits) {
        server.route("GET", "/hello",
                     [](HttpReply r) { r.send(HttpResponse::text(200, "hello\n")); });
        server.route("POST", "/echo", [](HttpReply r) {
            const HttpRequest& q = r.request();

            r.send(HttpResponse::text(200, q.body));
        });
        server.route(
            "PUT", "/small",
            [](HttpReply r) {
                const HttpRequest& q = r.request();
                r.send(HttpResponse::text(200, q.body));
            },
            10);
        if (routes)
            routes(*this);
        thread = std::thread([this] { loop.run(); });
    }
    ~Site() {
        loop.stop();
        thread.join();
    }
};

/// A client that sends bytes as they are.
struct Client {
    Fd fd;
    std::string got;

    explicit Client(const Site& s) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_port = htons(s.server.local().port);
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE(connect(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    }
    Client& say(std::string_view bytes) {
        while (!bytes.empty()) {
            ssize_t n = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                break;  // the server may have hung up already
            bytes.remove_prefix(size_t(n));
        }
        return *this;
    }
    bool more() {
        char buf[65536];
        pollfd p{fd.get(), POLLIN, 0};
        if (poll(&p, 1, 20000) != 1) {
            BOOST_ERROR("no answer within 20 s");
            return false;
        }
        ssize_t n = ::recv(fd.get(), buf, sizeof buf, 0);
        if (n > 0)
            got.append(buf, size_t(n));
        return n > 0;
    }
    /// One whole response taken off: its head, and its body when it has a Content-Length.
    std::string head, body;
    int response(bool bodiless = false) {
        size_t end;
        while ((end = got.find("\r\n\r\n")) == std::string::npos)
            if (!more())
                return 0;
        head = got.substr(0, end + 2);
        got.erase(0, end + 4);
        size_t length = 0;
        if (size_t at = head.find("Content-Length: "); at != std::string::npos && !bodiless)
            length = std::stoul(head.substr(at + 16));
        while (got.size() < length)
            if (!more())
                return 0;
        body = got.substr(0, length);
        got.erase(0, length);
        return std::stoi(head.substr(9, 3));
    }
    std::string until_end() {
        while (more()) {
        }
        return got;
    }
    bool says(std::string_view what) {
        while (got.find(what) == std::string::npos)
            if (!more())
                return false;
        return true;
    }
};

static const char get_hello[] = "GET /hello HTTP/1.1\r\nHost: cdb\r\n\r\n";

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_the_other) {
    Site site;
    Client c(site);
    for (int i = 0; i < 100; i++) {
        BOOST_REQUIRE(c.say(get_hello).response() == 200);
        BOOST_TEST(c.body == "hello\n");
    }
    BOOST_TEST(c.head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    BOOST_TEST(c.head.ends_with(
        " GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n"));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order_even_when_answered_late) {
    std::vector<Timer> timers;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/late", [&](HttpReply r) {
            const HttpRequest& q = r.request();

            timers.push_back(s.loop.after(
                0.01, [r, n = q.query] { r.send(HttpResponse::text(200, "late " + n)); }));
        });
    });
    Client c(site);
    std::string all;
    for (int i = 0; i < 100; i++) {
        all += fmt::format("GET /late?{} HTTP/1.1\r\nHost: cdb\r\n\r\n", i);
        all += get_hello;
        all += "POST /echo HTTP/1.1\r\nHost: cdb\r\nContent-Length: 3\r\n\r\nabc";
        i += 20;
    }
    c.say(all);
    for (int i = 0; i < 100; i++) {
        BOOST_REQUIRE(c.response() == 200);
        BOOST_TEST(c.body == fmt::format("late {}", i));
        BOOST_REQUIRE(c.response() == 200);
        BOOST_TEST(c.body == "hello\n");
        BOOST_REQUIRE(c.response() == 200);
        BOOST_TEST(c.body == "abc");
        i += 20;
    }
    std::string many;
    for (int i = 0; i < 1000; i++)
        many += get_hello;
    c.say(many);
    for (int i = 0; i < 1000; i++)
        BOOST_REQUIRE(c.response() == 200);
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte) {
    Site site;
    Client c(site);
    for (char ch :
         std::string_view("POST /echo HTTP/1.1\r\nHost: cdb\r\nTransfer-Encoding: "
                          "chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n"))
        c.say({&ch, 1});
    BOOST_TEST(c.response() == 200);
    BOOST_TEST(c.body == "abcde");
    BOOST_TEST(c.say(get_hello).response() == 200);
}

BOOST_AUTO_TEST_CASE(a_last_chunk_in_pieces_of_any_size_is_the_end) {
    Site site;
    Client c(site);
    for (std::string_view body : {"0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", "0\r\nT: x\r\n\r\n"})
        for (size_t cut = 1; cut < body.size(); cut++) {
            c.say("POST /echo HTTP/1.1\r\nHost: cdb\r\nTransfer-Encoding: chunked\r\n\r\n")
                .say(body.substr(0, cut));
            usleep(2000);
            c.say(body.substr(cut, 1));
            usleep(2000);
            BOOST_TEST(c.say(body.substr(cut + 1)).response() == 200);
        }
}

BOOST_AUTO_TEST_CASE(head_is_get_without_the_body) {
    Site site;
    Client c(site);
    BOOST_TEST(c.say("HEAD /hello HTTP/1.1\r\nHost: cdb\r\n\r\n").response(true) == 200);
    BOOST_TEST(c.head.find("Content-Length: 6\r\n") != std::string::npos);
    BOOST_TEST(c.say(get_hello).response() == 200);  // no body was in between
    BOOST_TEST(c.body == "hello\n");
}

BOOST_AUTO_TEST_CASE(routes_are_found_by_the_longest_path_and_wrong_methods_told) {
    Site site({}, [](Site& s) {
        auto say = [](std::string what) {
            return [what](HttpReply r) {
                const HttpRequest& q = r.request();

                r.send(HttpResponse::text(200, what + q.path));
            };
        };
        s.server.route("GET", "/profiles/", say("all "));
        s.server.route("GET", "/profiles/new/", say("new "));
        s.server.route("*", "/any", say("any "));
    });
    Client c(site);
    auto get = [&](std::string line) {
        return c.say(line + " HTTP/1.1\r\nHost: cdb\r\n\r\n").response();
    };
    BOOST_TEST(get("GET /profiles/lxb001%2exml?x=1") == 200);
    BOOST_TEST(c.body == "all /profiles/lxb001.xml");
    BOOST_TEST(get("GET /profiles/new/x") == 200);
    BOOST_TEST(c.body == "new /profiles/new/x");
    BOOST_TEST(get("GET http://cdb:80/profiles/x") == 200);
    BOOST_TEST(c.body == "all /profiles/x");
    BOOST_TEST(get("DELETE /any") == 200);
    BOOST_TEST(get("GET /profiles") == 404);
    BOOST_TEST(get("GET /helloo") == 404);
    BOOST_TEST(get("DELETE /hello") == 405);
    BOOST_TEST(c.head.find("Allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    BOOST_TEST(get("OPTIONS /hello") == 204);
    BOOST_TEST(c.head.find("Allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    BOOST_TEST(c.head.find("Content-Length") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_is_taken_apart) {
    HttpRequest seen;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/q", [&](HttpReply r) {
            const HttpRequest& q = r.request();

            seen = q;
            r.send({204, {}, nullptr});
        });
    });
    Client c(site);
    BOOST_TEST(c.say("GET /q?a=1&b=x%20y+z&a=2&bad=%zz&empty HTTP/1.1\r\nHOST: cdb\r\nX-One: "
                     "1\r\nx-one:  2 \r\n\r\n")
                   .response() == 204);
    BOOST_TEST(*seen.parameter("a") == "1");
    BOOST_TEST(*seen.parameter("b") == "x y z");
    BOOST_TEST(*seen.parameter("empty") == "");
    BOOST_TEST(!seen.parameter("bad"));
    BOOST_TEST(!seen.parameter("c"));
    BOOST_TEST(seen.header("x-one") == "1");
    BOOST_TEST(seen.headers.size() == 3u);
    BOOST_TEST(seen.remote.address == "127.0.0.1");
    BOOST_TEST(!seen.secure);
    BOOST_TEST(!seen.peer);
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_to_close_or_speaks_1_0_is_closed) {
    Site site;
    std::string closed = Client(site)
                             .say("GET /hello HTTP/1.1\r\nHost: cdb\r\nConnection: close\r\n\r\n")
                             .until_end();
    BOOST_TEST(closed.ends_with("Connection: close\r\n\r\nhello\n"));
    BOOST_TEST(
        Client(site).say("GET /hello HTTP/1.0\r\n\r\n").until_end().ends_with("\r\n\r\nhello\n"));
    Client c(site);
    BOOST_TEST(c.say("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").response() == 200);
    BOOST_TEST(c.head.find("Connection: keep-alive\r\n") != std::string::npos);
    BOOST_TEST(c.say(get_hello).response() == 200);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_with_400_and_the_connection_closed) {
    Site site;
    for (std::string_view bad :
         {"GET /hello\r\n\r\n", "GET  /hello HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
          "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
          "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
          "1\r\n\r\n0\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nzz\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n"}) {
        std::string got = Client(site).say(bad).until_end();
        BOOST_TEST(got.starts_with("HTTP/1.1 400 "), bad << " -> " << got);
        BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
    }
    BOOST_TEST(Client(site).say(get_hello).response() == 200);  // it serves on
}

BOOST_AUTO_TEST_CASE(headers_and_bodies_at_the_limit_pass_and_one_byte_more_does_not) {
    HttpLimits limits;
    limits.header_bytes = 1000;
    limits.body_bytes = 5000;
    Site site(limits);
    auto head = [](size_t size) {
        std::string h = "GET /hello HTTP/1.1\r\nHost: cdb\r\nX: ";
        return h + std::string(size - h.size() - 4, 'x') + "\r\n\r\n";
    };
    BOOST_TEST(Client(site).say(head(1000)).response() == 200);
    BOOST_TEST(Client(site).say(head(1001)).response() == 431);
    BOOST_TEST(Client(site).say(head(100000)).response() == 431);
    BOOST_TEST(Client(site).say(std::string(100000, 'G')).response() != 200);

    auto post = [](std::string path, size_t n) {
        return fmt::format("P{} HTTP/1.1\r\nHost: cdb\r\nContent-Length: {}\r\n\r\n", path, n) +
               std::string(n, 'b');
    };
    Client c(site);
    BOOST_TEST(c.say(post("OST /echo", 5000)).response() == 200);
    BOOST_TEST(c.body.size() == 5000u);
    BOOST_TEST(c.say(post("UT /small", 10)).response() == 200);
    BOOST_TEST(c.say(post("UT /small", 11)).response() == 413);
    BOOST_TEST(Client(site).say(post("OST /echo", 5001)).response() == 413);
    BOOST_TEST(Client(site).say(post("OST /echo", 3000000)).response() ==
               413);  // and is not cut off while still sending
    BOOST_TEST(Client(site)
                   .say("PUT /small HTTP/1.1\r\nHost: cdb\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n6\r\nabcdef\r\n5\r\n")
                   .response() == 413);
    BOOST_TEST(Client(site)
                   .say("PUT /small HTTP/1.1\r\nHost: cdb\r\nTransfer-Encoding: chunked\r\n\r\n6;" +
                        std::string(3000, 'e'))
                   .response() == 431);
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_to_be_asked_for_its_body_is_asked_or_refused) {
    Site site;
    Client c(site);
    c.say("PUT /small HTTP/1.1\r\nHost: cdb\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(c.response() == 100);
    BOOST_TEST(c.say("ok").response() == 200);
    BOOST_TEST(c.body == "ok");
    BOOST_TEST(c.say("PUT /small HTTP/1.1\r\nHost: cdb\r\nContent-Length: 20\r\nExpect: "
                     "100-continue\r\n\r\n")
                   .response() == 413);
}

BOOST_AUTO_TEST_CASE(slow_clients_are_let_go) {
    HttpLimits limits;
    limits.header_seconds = 1;
    limits.body_seconds = 1;
    limits.idle_seconds = 1;
    Site site(limits);
    BOOST_TEST(Client(site).until_end() == "");  // says nothing
    BOOST_TEST(Client(site)
                   .say("GET /hel")
                   .until_end()
                   .starts_with("HTTP/1.1 408 "));  // never ends its headers
    BOOST_TEST(Client(site)
                   .say("POST /echo HTTP/1.1\r\nHost: cdb\r\nContent-Length: 5\r\n\r\nab")
                   .until_end()
                   .starts_with("HTTP/1.1 408 "));
    BOOST_TEST(Client(site).say(get_hello).until_end().ends_with("hello\n"));  // never asks again
    // A byte now and then does not help: the headers as a whole have a time.
    Client drip(site);
    std::atomic<bool> over = false;
    std::thread t([&] {
        for (char ch : std::string(2000, 'x')) {
            if (over)
                break;
            drip.say({&ch, 1});
            usleep(10000);
        }
    });
    drip.say("GET /hello HTTP/1.1\r\nX: ");
    BOOST_TEST(drip.until_end().starts_with("HTTP/1.1 408 "));
    over = true;
    t.join();
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_let_go_and_others_are_served_meanwhile) {
    HttpLimits limits;
    limits.write_seconds = 0.3;
    auto big = std::make_shared<const std::string>(64 << 20, 'x');
    auto routes = [&](Site& s) {
        s.server.route("GET", "/big", [&](HttpReply r) { r.send({200, {}, big}); });
    };
    Site site(limits, routes), patient({}, routes);
    Client deaf(site);
    deaf.say("GET /big HTTP/1.1\r\nHost: cdb\r\n\r\n");
    BOOST_TEST(Client(site).say(get_hello).response() == 200);
    for (int i = 0; i < 1000 && big.use_count() > 1; i++)
        usleep(10000);
    BOOST_TEST(big.use_count() == 1);  // dropped, though it never read
    Client reads(patient);             // on a busy machine a reader may pause for as long
    BOOST_TEST(reads.say("GET /big HTTP/1.1\r\nHost: cdb\r\n\r\n").response() == 200);
    BOOST_TEST((reads.body == *big));
}

BOOST_AUTO_TEST_CASE(a_transfer_coding_that_is_not_ours_is_501_and_never_taken_as_chunked) {
    for (auto coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked;x=y",
                        "xchunked", "identity", "\"chunked\""}) {
        Site site;
        Client c(site);
        c.say(fmt::format(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {}\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            coding));
        BOOST_TEST(c.response() == 501, coding);
        BOOST_TEST(c.until_end() == "");
    }
    Site site;
    BOOST_TEST(Client(site)
                   .say("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                        "Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
                   .response() == 200);
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_costs_the_oldest_that_says_nothing) {
    HttpLimits limits;
    limits.connections = 3;
    std::atomic<int> refused = 0;
    std::optional<HttpReply> kept;
    std::atomic<bool> working = false;
    Site site(limits, [&](Site& s) {
        s.server.on_refused([&](const Endpoint&, std::string_view) { refused++; });
        s.server.route("GET", "/work", [&](HttpReply r) {
            kept = r;
            working = true;
        });
    });
    Client busy(site), silent(site), other(site);
    busy.say("GET /work HTTP/1.1\r\nHost: cdb\r\n\r\n");
    while (!working)
        usleep(1000);
    BOOST_TEST(other.say(get_hello).response() == 200);
    Client fresh(site);
    BOOST_TEST(fresh.say(get_hello).response() == 200);
    BOOST_TEST(silent.until_end() == "");
    BOOST_TEST(refused == 1);
    BOOST_TEST(other.say(get_hello).response() == 200);  // younger, and it stays
    kept->send(HttpResponse::text(200, "done"));
    BOOST_TEST(busy.response() == 200);
}

BOOST_AUTO_TEST_CASE(ten_thousand_silent_connections_of_a_stranger_keep_nobody_out) {
    HttpLimits limits;
    limits.connections = 200;
    Site site(limits);
    std::vector<std::unique_ptr<Client>> strangers;
    for (int i = 0; i < 400; i++)
        strangers.push_back(std::make_unique<Client>(site));
    for (int i = 0; i < 5; i++)
        BOOST_TEST(Client(site).say(get_hello).response() == 200);
    strangers.clear();
    BOOST_TEST(Client(site).say(get_hello).response() == 200);
}

BOOST_AUTO_TEST_CASE(what_a_client_may_use_is_decided_before_its_first_byte_is_kept) {
    HttpGrant grant{.body_bytes = 20, .connections = 3, .requests = 1, .streams = 1};
    std::vector<HttpReply> kept;
    std::atomic<int> working = 0, asked = 0;
    Site site({}, [&](Site& s) {
        s.server.on_client([&](auto&, const Endpoint&, HttpServer::Grant f) {
            asked++;
            s.loop.post([&, f] { f(grant); });  // later, as from another process
        });
        s.server.route("GET", "/work", [&](HttpReply r) {
            kept.push_back(r);
            working++;
        });
        s.server.route("GET", "/events", [](HttpReply r) { r.stream({}).event("hello"); });
    });
    Client one(site), two(site), three(site);
    auto post = [](size_t n) {
        return fmt::format("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", n);
    };
    BOOST_TEST(one.say(post(20) + std::string(20, 'x')).response() == 200);
    BOOST_TEST(one.say(post(21)).response() == 413);  // and no byte of it was waited for
    one.until_end();
    BOOST_TEST(asked == 1);
    two.say("GET /work HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!working)
        usleep(1000);
    BOOST_TEST(three.say("GET /work HTTP/1.1\r\nHost: a\r\n\r\n").response() == 429);
    BOOST_TEST(three.say(get_hello).response() == 429);
    site.loop.post([&] { kept.clear(); });
    BOOST_TEST(two.response() == 500);
    BOOST_TEST(three.say(get_hello).response() == 200);
    Client events(site);
    BOOST_TEST(events.say("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").response() == 200);
    BOOST_TEST(three.say("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").response() == 429);
    Client fourth(site);  // costs the oldest silent one
    BOOST_TEST(fourth.say(get_hello).response() == 200);
    BOOST_TEST(two.until_end() == "");
    // Whoever may not be served any more is cut off at once, also from what is open.
    site.loop.post([&] {
        grant.serve = false;
        site.server.ask_again();
    });
    events.until_end();
    BOOST_TEST(fourth.until_end() == "");
    BOOST_TEST(Client(site).say(get_hello).until_end() == "");
}

BOOST_AUTO_TEST_CASE(bodies_of_all_requests_together_have_a_limit_and_one_client_half_of_it) {
    HttpLimits limits;
    limits.bodies = 1000;
    Site site(limits);
    auto post = [](size_t n) {
        return fmt::format("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", n);
    };
    {
        Client stalls(site);
        stalls.say(post(400));
        BOOST_TEST(Client(site).say(get_hello).response() == 200);
        Client more(site);
        BOOST_TEST(more.say(post(200)).response() == 429);
        BOOST_TEST(Client(site).say(post(50) + std::string(50, 'x')).response() == 200);
        Client chunks(site);
        BOOST_TEST(
            chunks
                .say("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" +
                     std::string(200, 'x'))
                .response() == 429);
    }
    int status = 0;
    for (int i = 0; i < 100 && status != 200; i++) {
        usleep(10000);
        status = Client(site).say(post(500) + std::string(500, 'x')).response();
    }
    BOOST_TEST(status == 200);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_answered_by_its_kind) {
    std::atomic<int> told = 0;
    Site site({}, [&](Site& s) {
        s.server.on_error([&](const HttpRequest&, const std::exception&) { told++; });
        s.server.route("GET", "/throw/", [](HttpReply r) {
            const HttpRequest& q = r.request();

            int status = std::stoi(q.path.substr(7));
            if (status == 0)
                throw std::runtime_error("secret");
            throw Error(status, "secret or not");
        });
        s.server.route("GET", "/forget", [](HttpReply) {});
        s.server.route("GET", "/after", [](HttpReply r) {
            r.send(HttpResponse::text(200, "sent"));
            throw Error(exit_data, "too late");
        });
    });
    Client c(site);
    auto get = [&](std::string path) {
        return c.say("GET " + path + " HTTP/1.1\r\nHost: cdb\r\n\r\n").response();
    };
    BOOST_TEST(get("/throw/65") == 400);
    BOOST_TEST(c.body == "error: secret or not\n");
    BOOST_TEST(get("/throw/64") == 400);
    BOOST_TEST(get("/throw/77") == 403);
    BOOST_TEST(get("/throw/75") == 503);
    BOOST_TEST(get("/throw/69") == 502);
    BOOST_TEST(get("/throw/70") == 500);
    BOOST_TEST(c.body == "internal error\n");
    BOOST_TEST(get("/throw/0") == 500);
    BOOST_TEST(c.body == "internal error\n");
    BOOST_TEST(get("/forget") == 500);
    BOOST_TEST(get("/after") == 200);
    BOOST_TEST(get("/hello") == 200);
    BOOST_TEST(told == 8);
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_from_another_thread_and_too_late) {
    std::vector<std::jthread> workers;
    std::atomic<bool> gone = false, seen_gone = false;
    Site site({.idle_seconds = 0.2}, [&](Site& s) {
        s.server.route("GET", "/work", [&](HttpReply r) {
            workers.emplace_back([r] {
                usleep(5000);
                r.send(HttpResponse::text(200, "done"));
            });
        });
        s.server.route("GET", "/drop", [&](HttpReply r) {
            workers.emplace_back([r = std::make_unique<HttpReply>(r)]() mutable {
                usleep(5000);
                r.reset();
            });
        });
        s.server.route("GET", "/wait", [&](HttpReply r) {
            workers.emplace_back([&, r] {
                while (!r.gone() && !gone)
                    usleep(1000);
                seen_gone = r.gone();
                r.send(HttpResponse::text(200, "nobody hears"));
                gone = true;
            });
        });
    });
    {
        Client c(site);
        BOOST_TEST(c.say("GET /work HTTP/1.1\r\nHost: cdb\r\n\r\n").response() == 200);
        BOOST_TEST(c.body == "done");
        BOOST_TEST(c.say("GET /drop HTTP/1.1\r\nHost: cdb\r\n\r\n").response() == 500);
        c.say("GET /wait HTTP/1.1\r\nHost: cdb\r\n\r\n");
        usleep(50000);
    }
    for (int i = 0; i < 1000 && !gone; i++)
        usleep(10000);
    BOOST_TEST(seen_gone);
    BOOST_TEST(Client(site).say(get_hello).response() == 200);
}

BOOST_AUTO_TEST_CASE(a_header_value_cannot_begin_a_line) {
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/evil", [&](HttpReply r) {
            const HttpRequest& q = r.request();

            r.send(HttpResponse::text(200, "x").with("Location", *q.parameter("to")));
        });
    });
    Client c(site);
    BOOST_TEST(
        c.say("GET /evil?to=a%0d%0aSet-Cookie:%20b HTTP/1.1\r\nHost: cdb\r\n\r\n").response() ==
        200);
    BOOST_TEST(c.head.find("Location: a  Set-Cookie: b\r\n") != std::string::npos);
}

// ---- streams ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(events_arrive_as_they_are_told_and_the_connection_goes_on_after_them) {
    HttpStream stream;
    std::atomic<bool> there = false, closed = false;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/events", [&](HttpReply r) {
            stream = r.stream(HttpResponse{200, {{"Content-Type", "text/event-stream"}}, nullptr});
            stream.on_close([&] { closed = true; });
            stream.event("first");
            there = true;
        });
    });
    Client c(site);
    c.say("GET /events HTTP/1.1\r\nHost: cdb\r\n\r\n");
    BOOST_TEST(c.response() == 200);
    BOOST_TEST(c.head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    BOOST_TEST(c.head.find("Content-Length") == std::string::npos);
    BOOST_TEST(c.says("d\r\ndata: first\n\n\r\n"));
    while (!there)
        usleep(1000);
    BOOST_TEST(stream.event("two\nlines\r\n", "profile", "7"));  // from this thread, not the loop's
    BOOST_TEST(c.says("event: profile\nid: 7\ndata: two\ndata: lines\ndata: \n\n\r\n"));
    stream.close();
    BOOST_TEST(c.says("\r\n0\r\n\r\n"));
    c.got.clear();
    BOOST_TEST(c.say(get_hello).response() == 200);
    BOOST_TEST(closed);
    BOOST_TEST(!stream.open());
    BOOST_TEST(!stream.event("late"));
}

BOOST_AUTO_TEST_CASE(a_stream_learns_that_its_client_went) {
    HttpStream stream;
    std::atomic<bool> there = false, closed = false;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/events", [&](HttpReply r) {
            stream = r.stream({});
            stream.on_close([&] { closed = true; });
            there = true;
        });
    });
    {
        Client c(site);
        c.say("GET /events HTTP/1.1\r\nHost: cdb\r\n\r\n");
        BOOST_TEST(c.response() == 200);
    }
    for (int i = 0; i < 1000 && !closed; i++)
        usleep(10000);
    BOOST_TEST(closed);
    BOOST_TEST(!stream.open());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_its_stream_is_disconnected) {
    HttpStream stream;
    std::atomic<bool> there = false;
    Site site({.stream_bytes = 100000}, [&](Site& s) {
        s.server.route("GET", "/events", [&](HttpReply r) { stream = r.stream({}), there = true; });
    });
    Client c(site);
    c.say("GET /events HTTP/1.1\r\nHost: cdb\r\n\r\n");
    BOOST_TEST(c.response() == 200);
    while (!there)
        usleep(1000);
    int n = 0;
    while (stream.write(std::string(10000, 'x')) && n < 100000)
        n++, usleep(100);
    BOOST_TEST(n > 5);
    BOOST_TEST(n < 100000);
    BOOST_TEST(!stream.open());
    BOOST_TEST(Client(site).say(get_hello).response() == 200);
}

// ---- the end -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_graceful_stop_finishes_what_is_under_way) {
    Timer later;
    std::atomic<bool> stopped = false, working = false;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/late", [&](HttpReply r) {
            working = true;
            later = s.loop.after(0.1, [r] { r.send(HttpResponse::text(200, "finished")); });
        });
    });
    Client idle(site), busy(site);
    BOOST_TEST(idle.say(get_hello).response() == 200);
    busy.say("GET /late HTTP/1.1\r\nHost: cdb\r\n\r\n");
    while (!working)
        usleep(1000);
    site.loop.post([&] { site.server.stop(20, [&] { stopped = true; }); });
    BOOST_TEST(idle.until_end() == "");
    BOOST_TEST(!stopped);
    BOOST_TEST(busy.response() == 200);
    BOOST_TEST(busy.body == "finished");
    BOOST_TEST(busy.head.find("Connection: close\r\n") != std::string::npos);
    busy.fd.close();
    for (int i = 0; i < 1000 && !stopped; i++)
        usleep(10000);
    BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(a_stop_cuts_off_clients_that_take_too_long_but_no_work_that_was_taken) {
    std::atomic<bool> stopped = false, working = false;
    std::optional<HttpReply> kept;
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/work", [&](HttpReply r) {
            kept = r;
            working = true;
        });
        s.server.route("GET", "/much", [&](HttpReply r) {
            r.send(HttpResponse::text(200, std::string(64 << 20, 'x')));
        });
    });
    Client works(site), asks(site), takes(site);
    takes.say("GET /much HTTP/1.1\r\nHost: cdb\r\n\r\n");
    asks.say("POST /echo HTTP/1.1\r\nHost: cdb\r\nContent-Length: 10\r\n\r\n");
    works.say("GET /work?a=b HTTP/1.1\r\nHost: cdb\r\n\r\n");
    while (!working)
        usleep(1000);
    site.loop.post([&] { site.server.stop(0.05, [&] { stopped = true; }); });
    BOOST_TEST(asks.until_end() == "");
    usleep(200000);
    BOOST_TEST(!stopped);
    BOOST_TEST(kept->request().target == "/work?a=b");
    kept->send(HttpResponse::text(200, "done"));
    BOOST_TEST(works.response() == 200);
    BOOST_TEST(works.body == "done");
    for (int i = 0; i < 1000 && !stopped; i++)
        usleep(10000);
    BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(a_request_lives_as_long_as_somebody_may_answer_it) {
    std::optional<HttpReply> kept;
    std::atomic<bool> there = false;
    {
        Site site({.idle_seconds = 0.2}, [&](Site& s) {
            s.server.route("POST", "/keep", [&](HttpReply r) {
                kept = r;
                there = true;
            });
        });
        Client c(site);
        c.say("POST /keep?x=1 HTTP/1.1\r\nHost: cdb\r\nContent-Length: 5\r\n\r\nbytes");
        while (!there)
            usleep(1000);
        c.fd.close();  // and then the server goes, while a worker still reads the request
    }
    BOOST_TEST(kept->request().body == "bytes");
    BOOST_TEST(*kept->request().parameter("x") == "1");
    BOOST_TEST(kept->gone());
    kept->send(HttpResponse::text(200, "first"));
    kept->send(HttpResponse::text(200, "second"));  // an error after an answer is no second answer
}

BOOST_AUTO_TEST_CASE(a_listener_that_goes_while_all_are_told_does_not_break_the_walk) {
    HttpTopics topics;
    std::atomic<int> there = 0;
    std::atomic<size_t> left = 1;
    std::atomic<bool> inside = false, called_inside = false;
    Site site({.stream_bytes = 100000}, [&](Site& s) {
        s.server.route("GET", "/events", [&](HttpReply r) {
            HttpStream stream = r.stream({});
            topics.add("all", stream);
            stream.on_close([&] { called_inside = called_inside | inside; });
            there++;
        });
    });
    std::vector<std::unique_ptr<Client>> all;
    for (int i = 0; i < 30; i++) {
        all.push_back(std::make_unique<Client>(site));
        all.back()->say("GET /events HTTP/1.1\r\nHost: cdb\r\n\r\n");
    }
    while (there < 30)
        usleep(1000);
    for (size_t i = 0; i < all.size(); i += 2) {  // a reset: the next write fails at once
        linger hard{1, 0};
        setsockopt(all[i]->fd.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        all[i]->fd.close();
    }
    std::atomic<bool> told = false;
    site.loop.post([&] {
        inside = true;
        for (int i = 0; i < 200; i++)  // those who do not read are let go as well
            topics.event("all", std::string(90000, 'x'));
        inside = false;
        told = true;
    });
    for (int i = 0; i < 1000 && (!told || left != 0 || !there); i++) {
        usleep(10000);
        site.loop.post([&] { left = topics.size(); });
    }
    BOOST_TEST(!called_inside);
    BOOST_TEST(left == 0);
    BOOST_TEST(Client(site).say(get_hello).response() == 200);
}

BOOST_AUTO_TEST_CASE(replies_and_streams_may_outlive_the_server) {
    std::optional<HttpReply> kept;
    std::optional<Client> c;
    {
        Site site(
            {}, [&](Site& s) { s.server.route("GET", "/never", [&](HttpReply r) { kept = r; }); });
        c.emplace(site);
        c->say("GET /never HTTP/1.1\r\nHost: cdb\r\n\r\n");
        Client(site).say(get_hello).response();
    }
    BOOST_TEST(c->until_end() == "");
    if (kept) {
        BOOST_TEST(kept->gone());
        kept->send(HttpResponse::text(200, "into the void"));
    }
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_an_error) {
    Site site;
    Loop loop;
    BOOST_CHECK_EXCEPTION(HttpServer(loop, site.server.local()), Error,
                          [](const Error& e) { return e.status == exit_unavailable; });
}

// ---- the small arts --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(dates_are_written_in_one_spelling_and_read_in_three) {
    BOOST_TEST(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    for (const char* s : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                          "Sun Nov  6 08:49:37 1994"})
        BOOST_TEST(parse_http_date(s).value_or(0) == 784111777, s);
    for (const char* s :
         {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1",
          "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 40 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 25:49:37 GMT", "784111777"})
        BOOST_TEST(!parse_http_date(s), s);
}

BOOST_AUTO_TEST_CASE(encodings_are_understood_as_old_clients_write_them) {
    for (const char* s :
         {"gzip", "gzip x-gzip x-bzip2 deflate", "deflate, gzip;q=1.0, *;q=0.5", "x-gzip", "GZIP",
          "br,gzip", "*", "gzip;q=0, x-gzip", "gzip; q=0.001", "deflate;q=0 gzip", " , gzip"})
        BOOST_TEST(accepts_gzip(s), s);
    for (const char* s : {"", "deflate", "gzip;q=0", "gzip; q=0.000", "identity", "gzipx", "*;q=0",
                          "*, gzip;q=0", "gzip ; q=0, br", ";"})
        BOOST_TEST(!accepts_gzip(s), s);
}

BOOST_AUTO_TEST_CASE(percent_signs_are_decoded_and_encoded) {
    BOOST_TEST(*percent_decode("a%20b%2Fc+d") == "a b/c+d");
    BOOST_TEST(*percent_decode("a+b%2b", true) == "a b+");
    BOOST_TEST(*percent_decode("%e6%97%a5") == "\xe6\x97\xa5");
    for (const char* s : {"%", "%2", "%2g", "abc%", "%%41"})
        BOOST_TEST(!percent_decode(s), s);
    BOOST_TEST(percent_encode("a b/c~\xff") == "a%20b%2Fc~%FF");
}

BOOST_AUTO_TEST_CASE(a_path_never_leaves_its_folder) {
    BOOST_TEST(split_path("/profiles//lxb001.xml")->size() == 2u);
    BOOST_TEST(split_path("/")->empty());
    BOOST_TEST(split_path("/a/..b/.c")->size() == 3u);
    for (std::string_view s :
         std::initializer_list<std::string_view>{"/../etc", "/a/..", "/./a", "a\\b", "/a\nb",
                                                 std::string_view("/a\0b", 4), "..", "\x7f"})
        BOOST_TEST(!split_path(s));
}

BOOST_AUTO_TEST_CASE(conditions_spare_the_body) {
    HttpDocument d{"application/xml", std::make_shared<const std::string>("<x/>"),
                   std::make_shared<const std::string>(gzip("<x/>")), "abc", 784111777};
    auto ask = [&](HttpHeaders h) {
        HttpRequest q;
        q.headers = std::move(h);
        return respond(q, d);
    };
    auto value = [](const HttpResponse& r, std::string_view name) {
        for (auto& [n, v] : r.headers)
            if (n == name)
                return v;
        return std::string("-");
    };
    HttpResponse r = ask({});
    BOOST_TEST(r.status == 200);
    BOOST_TEST(*r.body == "<x/>");
    BOOST_TEST(value(r, "ETag") == "\"abc\"");
    BOOST_TEST(value(r, "Last-Modified") == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(value(r, "Vary") == "Accept-Encoding");
    BOOST_TEST(value(r, "Content-Encoding") == "-");
    r = ask({{"accept-encoding", "gzip x-gzip x-bzip2 deflate"}});
    BOOST_TEST(value(r, "ETag") == "\"abc-gz\"");
    BOOST_TEST(value(r, "Content-Encoding") == "gzip");
    BOOST_TEST(gunzip(*r.body) == "<x/>");
    for (const char* tags : {"\"abc\"", "\"abc-gz\"", "W/\"abc\"", "\"x\", \"abc\"", "*", "abc"}) {
        r = ask({{"if-none-match", tags}});
        BOOST_TEST(r.status == 304, tags);
        BOOST_TEST(!r.body);
        BOOST_TEST(value(r, "ETag") == "\"abc\"");
    }
    for (const char* tags : {"\"ab\"", "", "\"abc", "W/", "\"ABC\""})
        BOOST_TEST(ask({{"if-none-match", tags}}).status == 200, tags);
    BOOST_TEST(ask({{"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status == 304);
    BOOST_TEST(ask({{"if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT"}}).status == 200);
    BOOST_TEST(ask({{"if-modified-since", "nonsense"}}).status == 200);
    // The tag decides when both are there.
    BOOST_TEST(
        ask({{"if-none-match", "\"new\""}, {"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}})
            .status == 200);
    d.modified = 0;
    d.etag.clear();
    BOOST_TEST(ask({{"if-none-match", "\"\""}}).status == 200);
    BOOST_TEST(ask({{"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_304_over_the_wire_has_no_body_and_no_length) {
    HttpDocument d{"text/plain", std::make_shared<const std::string>("profile"), nullptr, "r7", 0};
    Site site({}, [&](Site& s) {
        s.server.route("GET", "/p", [&](HttpReply r) {
            const HttpRequest& q = r.request();
            r.send(respond(q, d));
        });
    });
    Client c(site);
    BOOST_TEST(c.say("GET /p HTTP/1.1\r\nHost: cdb\r\nIf-None-Match: \"r7\"\r\n\r\n").response() ==
               304);
    BOOST_TEST(c.head.find("Content-Length") == std::string::npos);
    BOOST_TEST(c.say("GET /p HTTP/1.1\r\nHost: cdb\r\nIf-None-Match: \"r6\"\r\n\r\n").response() ==
               200);
    BOOST_TEST(c.body == "profile");
}
