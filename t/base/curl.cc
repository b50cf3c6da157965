// The HTTP client: what it sends, what it understands, and how it says what went wrong.
#include "t/tap.hh"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"
#include "base/wrap/curl.hh"

using namespace weft;

namespace {

/// Answers each connection with the next of the given texts, and keeps what was asked.
struct Server {
    Fd listener{socket(AF_INET, SOCK_STREAM, 0)};
    std::string url;
    std::vector<std::string> asked;
    std::thread thread;
    explicit Server(std::vector<std::string> answers) {
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t n = sizeof a;
        bind(listener.get(), reinterpret_cast<sockaddr*>(&a), n);
        listen(listener.get(), 5);
        getsockname(listener.get(), reinterpret_cast<sockaddr*>(&a), &n);
        url = "http://127.0.0.1:" + std::to_string(ntohs(a.sin_port));
        thread = std::thread([this, answers] {
            for (const std::string& text : answers) {
                Fd c(accept(listener.get(), nullptr, nullptr));
                std::string got;
                char buf[4096];
                size_t body = 0;
                for (;;) {
                    ssize_t k = read(c.get(), buf, sizeof buf);
                    if (k <= 0)
                        break;
                    got.append(buf, size_t(k));
                    size_t end = got.find("\r\n\r\n"), len = got.find("Content-Length: ");
                    if (end == std::string::npos)
                        continue;
                    if (len != std::string::npos)
                        body = std::stoul(got.substr(len + 16));
                    if (got.size() >= end + 4 + body)
                        break;
                }
                asked.push_back(got);
                for (std::string_view left = text; !left.empty();) {
                    ssize_t k = send(c.get(), left.data(), left.size(), MSG_NOSIGNAL);
                    if (k <= 0)
                        break;
                    left.remove_prefix(size_t(k));
                }
            }
        });
    }
    ~Server() {
        if (thread.joinable())
            thread.join();
    }
    const std::string& request(size_t i) {
        if (thread.joinable())
            thread.join();
        return asked.at(i);
    }
};

std::string ok(const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_is_taken_apart) {
    Server s({ok("hello",
                 "ETag: \"a\"\r\nX-Two: 1\r\nx-two: 2\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 "
                 "GMT\r\n")});
    HttpAnswer r = HttpClient().get(s.url + "/x");
    BOOST_TEST(r.ok());
    BOOST_TEST(r.body == "hello");
    BOOST_TEST(r.header("etag") == "\"a\"");
    BOOST_TEST(r.header("x-two") == "2");
    BOOST_TEST(r.last_modified() == 784111777);
    BOOST_TEST(r.header("nothing") == "");
    BOOST_TEST(HttpAnswer().last_modified() == 0);
}

BOOST_AUTO_TEST_CASE(conditions_and_encodings_are_sent) {
    Server s({"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"});
    HttpAnswer r = HttpClient().get_if_changed(s.url + "/x", "\"tag\"", 784111777);
    BOOST_TEST(r.status == 304);
    BOOST_TEST(r.error == "");
    BOOST_TEST(has(s.request(0), "If-None-Match: \"tag\"\r\n"));
    BOOST_TEST(has(s.request(0), "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    BOOST_TEST(has(s.request(0), "Accept-Encoding: gzip\r\n"));
}

BOOST_AUTO_TEST_CASE(a_post_carries_its_body_and_type) {
    Server s({ok("{}")});
    BOOST_TEST(HttpClient().post(s.url + "/status", "{\"a\":1}").ok());
    BOOST_TEST(has(s.request(0), "POST /status HTTP/1.1\r\n"));
    BOOST_TEST(has(s.request(0), "Content-Type: application/json\r\n"));
    BOOST_TEST(s.request(0).ends_with("\r\n\r\n{\"a\":1}"));
}

BOOST_AUTO_TEST_CASE(too_large_an_answer_is_cut_off_and_no_retry_helps) {
    Server s({ok(std::string(100000, 'x'))});
    HttpAnswer r = HttpClient({.limit = 1000}).get(s.url + "/x");
    BOOST_TEST(r.status == 0);
    BOOST_TEST(has(r.error, "larger than 1000 bytes"));
    BOOST_TEST(!r.retry);
}

BOOST_AUTO_TEST_CASE(a_broken_off_answer_is_none) {
    Server s({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"});
    HttpAnswer r = HttpClient().get(s.url + "/x");
    BOOST_TEST(r.status == 0);
    BOOST_TEST(r.body == "");
    BOOST_TEST(has(r.error, "cut short"));
    BOOST_TEST(r.retry);
}

BOOST_AUTO_TEST_CASE(a_server_cannot_send_us_to_a_file) {
    for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/x"}) {
        Server s({"HTTP/1.1 302 Found\r\nLocation: " + std::string(to) +
                  "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"});
        HttpAnswer r = HttpClient({.allow_file = true}).get(s.url + "/x");
        BOOST_TEST(r.status == 0);
        BOOST_TEST(!r.error.empty());
    }
}

BOOST_AUTO_TEST_CASE(the_error_names_host_and_reason) {
    HttpAnswer r = HttpClient({.timeout = 2}).get("http://127.0.0.1:1/x");
    BOOST_TEST(r.error.starts_with("cannot get 'http://127.0.0.1:1/x': 127.0.0.1:1: "));
    BOOST_TEST((has(r.error, "refused") || has(r.error, "onnect")));
}

BOOST_AUTO_TEST_CASE(what_is_no_url_of_ours_is_an_error) {
    for (const char* bad : {"", "x", "ftp://h/x", "file:///etc/passwd", "http://", "https:///x"})
        BOOST_CHECK_THROW(HttpClient().get(bad), Error);
    BOOST_CHECK_THROW(HttpClient({.allow_file = true}).get("file://host/x"), Error);
}

BOOST_AUTO_TEST_CASE(files_are_answered_as_a_server_would) {
    ScratchDir dir;
    write_file(dir.path() + "/x", "text", {.mtime = 784111777});
    HttpClient c({.allow_file = true});
    std::string url = "file://" + dir.path();
    BOOST_TEST(c.get(url + "/x").body == "text");
    BOOST_TEST(c.get(url + "/x").last_modified() == 784111777);
    BOOST_TEST(c.get(url + "/none").status == 404);
    BOOST_TEST(c.get_if_changed(url + "/x", "", 784111777).status == 304);
    BOOST_TEST(c.get_if_changed(url + "/x", "", 784111776).status == 200);
    BOOST_TEST(c.get(url).status == 0);  // a folder
}

BOOST_AUTO_TEST_CASE(texts_become_parts_of_urls) {
    BOOST_TEST(percent_encode("a b/ü~") == "a%20b%2F%C3%BC~");
    BOOST_TEST(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}
