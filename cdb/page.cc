// The page in the browser and the API's description: files of the installation, read once, sent
// with headers that let no other script, frame or site in.
#include <fmt/core.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/program.hh"
#include "base/wrap/gzip.hh"
#include "cdb/server.hh"

namespace weft::cdb {

static const char* type_of(std::string_view name) {
    static constexpr std::pair<std::string_view, const char*> types[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".json", "application/json"}};
    for (auto& [ending, type] : types)
        if (name.ends_with(ending))
            return type;
    return nullptr;
}

void Server::load_page() {
    auto add = [&](std::string path, const std::string& file) {
        const char* type = type_of(file);
        if (!type)
            return;
        auto text = std::make_shared<const std::string>(read_file(file, 4 << 20));
        page_[std::move(path)] = {.type = type,
                                  .plain = text,
                                  .gzip = std::make_shared<const std::string>(gzip(*text)),
                                  .etag = to_hex(hash_of(*text)).substr(0, 32)};
    };
    std::string dir = share_dir() + "/cdb";
    try {
        for (auto& f : std::filesystem::directory_iterator(dir + "/page"))
            add("/" + f.path().filename().string(), f.path().string());
        add("/openapi.json", dir + "/openapi.json");
        page_["/"] = page_.at("/index.html");
    } catch (const std::exception& e) {
        log.warning("no page for browsers: {}", e.what());
    }
}

void Server::serve_page(HttpReply reply) {
    const HttpRequest& request = reply.request();
    auto it = page_.find(request.path);
    if (it == page_.end())
        return reply.send(problem(404, fmt::format("there is no '{}'", request.path)));
    reply.send(respond(request, it->second)
                   .with("Cache-Control", "no-cache")
                   .with("Content-Security-Policy",
                         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                         "connect-src 'self'; "
                         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
                   .with("X-Content-Type-Options", "nosniff")
                   .with("Referrer-Policy", "no-referrer")
                   .with("Cross-Origin-Opener-Policy", "same-origin"));
}

/// A browser shows its certificate whoever's page asks. So what changes something must come from
/// our own page, or from no page at all.
bool from_elsewhere(const HttpRequest& request) {
    if (request.method == "GET" || request.method == "HEAD")
        return false;
    std::string_view site = request.header("sec-fetch-site"), origin = request.header("origin");
    if (!site.empty() && site != "same-origin" && site != "none")
        return true;
    size_t host = origin.find("://");
    return !origin.empty() &&
           (host == std::string_view::npos || origin.substr(host + 3) != request.header("host"));
}

}  // namespace weft::cdb
