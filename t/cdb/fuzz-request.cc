// Whatever strangers, nodes, people and administrators send to cdbd: every request is answered,
// none with 500, and the store stays whole. The first byte says who it is, a zero byte separates
// the requests of one connection. One that does not come as HTTP is "METHOD target", a line end and
// its body.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/namespaces.hh"
#include "cdb/revisions.hh"
#include "cdb/server.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

/// A small site and its daemon; the API is asked without TLS, by whom the test says.
struct Site {
    ScratchDir dir;
    Loop loop;
    Args args;
    Log log{"cdbd", Level::error};
    Config config =
        Config::parse(fmt::format("listen = none\nlisten_plain = 127.0.0.1:0\nanonymous_read = "
                                  "yes\nnotify = no\njobs = 1\nstore_memory = 1M\n"
                                  "store_reserve = 1M\nsession_expiry = 0\nstore = "
                                  "{0}/store\nbackup_dir = {0}/backup\naccess = {0}/acl\n",
                                  dir.path()),
                      "cdbd.conf", settings());
    Service service{loop, args, log, config};
    std::optional<Server> server;
    std::optional<HttpServer> http;
    std::shared_ptr<const tls::Identity> who;
    int asked = 0;

    Site() {
        write_file(dir.path() + "/acl",
                   "admin CN=admin\nreader dns:monitor\nproxy dns:boot lxb*\n");
        server.emplace(service);
        commit({{".access",
                 "group g dns:anna\nallow site @g commit\nallow prod @g promote\ndeny site/secret "
                 "@g read\n"},
                {"site/time.pan",
                 "template site/time;\n'/time/servers' = list('ntp1', "
                 "'ntp2');\n'/software/components/time/active' = true;\n"},
                {"lxb001.pan", "object template lxb001;\ninclude 'site/time';\n'/n' = 1;\n"},
                {"lxb002.pan", "object template lxb002;\ninclude 'site/time';\n'/name' = 'b';\n"}});
        commit({{"lxb001.pan", "object template lxb001;\ninclude 'site/time';\n'/n' = 2;\n"}});
        http.emplace(loop, Endpoint{"127.0.0.1", 0});
        auto as = [this](void (Server::*serve)(HttpReply)) {
            return [this, serve](HttpReply reply) {
                auto& q = const_cast<HttpRequest&>(reply.request());
                q.peer = who;  // what TLS would have found
                q.secure = true;
                (*server.*serve)(std::move(reply));
            };
        };
        http->route("*", "/api/v1/", as(&Server::serve_api));
        http->route("GET", "/profiles/", as(&Server::serve_profile));
        http->route("GET", "/", as(&Server::serve_page));
        http->on_served([this](const HttpServer::Served& s) {
            if (s.status == 500)
                bug("answered with 500");
            if (s.request.method != "GET")
                asked++;
        });
    }
    ~Site() {
        http.reset();
        server->stop([this] { loop.stop(); });
        loop.run();
        for (auto& wrong : server->store.verify())
            bug("the store is not whole: " + wrong);
    }
    void commit(const std::vector<std::pair<std::string, std::string>>& files) {
        Proposal p{
            .author = "a", .comment = "c", .edits = {}, .base = server->store.revisions.head()};
        for (auto& [path, text] : files)
            p.edits.push_back({.path = path,
                               .base = server->store.revisions.file_at(path, p.base),
                               .text = text});
        Outcome o = server->pipeline.commit(p, [](const Outcome&) {});
        if (o.state != Outcome::done)
            bug("the site is refused");
        server->publish(o, "a", "c");
    }
    /// Until the server has answered it all and closed.
    void ask(std::string_view bytes) {
        Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(http->local().port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to))
            bug("cannot connect");
        while (!bytes.empty()) {
            ssize_t n = send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                break;
            bytes.remove_prefix(size_t(n));
        }
        shutdown(fd.get(), SHUT_WR);
        char buf[65536];
        Watch answer = loop.on_readable(fd.get(), [&] {
            if (recv(fd.get(), buf, sizeof buf, MSG_DONTWAIT) <= 0)
                loop.stop();
        });
        loop.run();
    }
};

std::shared_ptr<const tls::Identity> identity(uint8_t who) {
    auto named = [](const std::string& name, std::vector<std::string> dns) {
        return std::make_shared<const tls::Identity>(
            tls::Identity{.subject = "CN=" + name, .common_name = name, .dns = std::move(dns)});
    };
    switch (who) {
        case 'a': return named("admin", {});
        case 'w': return named("anna", {"anna"});
        case 'r': return named("monitor", {"monitor"});
        case 'b': return named("boot", {"boot"});
        case 'n': return named("lxb001", {"lxb001"});
        default: return nullptr;
    }
}

std::string as_http(std::string_view request) {
    size_t end = std::min(request.find('\n'), request.size());
    if (end && request[end - 1] == '\r')
        return std::string(request);
    std::string_view body = request.substr(std::min(end + 1, request.size()));
    return fmt::format("{} HTTP/1.1\r\nHost: cdb\r\nContent-Length: {}\r\n\r\n{}",
                       request.substr(0, end), body.size(), body);
}

}  // namespace

/// The pages of the database's cache hang together by offsets: to who looks for pointers they are
/// lost until it closes.
extern "C" const char* __lsan_default_suppressions() { return "leak:libdb"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2 || size > 60000)
        return 0;
    // Ended before what its threads and tables use, and no sooner than the fuzzer is.
    static std::optional<Site>& site = *new std::optional<Site>;
    bool first = !site;
    if (first || site->asked > 100)
        site.reset(), site.emplace();
    if (first)
        std::atexit([] { site.reset(); });
    site->who = identity(data[0]);
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string all;
    for (size_t end = 0; !rest.empty(); rest.remove_prefix(std::min(end + 1, rest.size())))
        all += as_http(rest.substr(0, end = std::min(rest.find('\0'), rest.size())));
    site->ask(all);
    return 0;
}
