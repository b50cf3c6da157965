// The HTTP layer: how long a request takes to be read, an answer to be chosen. As `bench-http serve
// DIR` it is the server that bench-http.sh puts beside nginx.
#include <benchmark/benchmark.h>

#include <csignal>
#include <iostream>

#include "base/file.hh"
#include "base/wrap/http_parse.hh"

using namespace weft;

static const std::string request =
    "GET /profiles/lxb001.example.org.xml HTTP/1.1\r\nHost: cdb.example.org\r\nTE: "
    "deflate,gzip;q=0.3\r\n"
    "Connection: TE, close\r\nAccept-Encoding: gzip x-gzip x-bzip2 deflate\r\n"
    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nUser-Agent: libwww-perl/6.67\r\n\r\n";

static void parse_request(benchmark::State& state) {
    for (auto _ : state) {
        HttpRequest r;
        HttpParser p(r, 16384);
        size_t used = 0;
        benchmark::DoNotOptimize(p.put(request, used));
    }
}
BENCHMARK(parse_request);

static void choose_answer(benchmark::State& state) {
    HttpRequest r;
    HttpParser p(r, 16384);
    size_t used = 0;
    p.put(request, used);
    auto body = std::make_shared<const std::string>("x");
    HttpDocument d{"application/xml", body, body, "0123456789abcdef", 784111777};
    for (auto _ : state)
        benchmark::DoNotOptimize(respond(r, d));
}
BENCHMARK(choose_answer);

/// Plain, TLS and mutual TLS on free ports, which are printed; the files of the folder are the
/// server's.
static int serve(const std::string& dir) {
    Loop loop;
    tls::Options o{
        dir + "/server.pem", dir + "/server.key", dir + "/ca.pem", "", "", tls::Verify::none, ""};
    auto open = tls::Context::server(o);
    o.verify = tls::Verify::required;
    HttpServer servers[] = {HttpServer(loop, {"127.0.0.1", 0}),
                            HttpServer(loop, {"127.0.0.1", 0}, open),
                            HttpServer(loop, {"127.0.0.1", 0}, tls::Context::server(o))};
    HttpDocument d{"application/octet-stream",
                   std::make_shared<const std::string>(read_file(dir + "/profile")), nullptr, "tag",
                   784111777};
    for (HttpServer& s : servers) {
        s.route("GET", "/profile", [&](HttpReply r) {
            const HttpRequest& q = r.request();
            r.send(respond(q, d));
        });
        std::cout << s.local().port << ' ';
    }
    std::cout << std::endl;
    loop.on_signal({SIGTERM}, [&](int) { loop.stop(); });
    loop.run();
    return 0;
}

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "serve")
        return serve(argv[2]);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
