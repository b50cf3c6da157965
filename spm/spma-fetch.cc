// The downloads of spma, in a process of their own.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.hh"
#include "base/program.hh"
#include "base/wrap/curl.hh"
#include "spm/fetcher.hh"

using namespace weft;
using namespace weft::spm;

static int body(const Args& args) {
    if (args.has("probe")) {
        HttpClient client({.timeout = 5, .connect_timeout = 2, .limit = 1 << 20});
        return client.request("HEAD", args.get("probe")).status ? exit_ok : exit_no;
    }
    if (!args.rest().empty())
        throw Error(exit_usage, "spma-fetch takes no words: downloads come on standard input");
    std::string text;
    char buffer[65536];
    for (ssize_t n; (n = read(0, buffer, sizeof buffer)) > 0;)
        text.append(buffer, size_t(n));
    DownloadLimits limits;
    auto all = parse_downloads(text, limits);
    auto failed = download(all, limits, [](size_t files, uint64_t bytes) {
        fmt::print("progress {} {}\n", files, bytes);
        std::fflush(stdout);
    });
    for (auto& line : failed)
        fmt::print("failed {}\n", line);
    return exit_ok;
}

int main(int argc, char** argv) {
    return run(
        {.name = "spma-fetch",
         .usage = "spma-fetch [-hVv] [--root DIR] [--probe URL]",
         .about = "Fetch the files that standard input lists, several at once; spma runs it.",
         .options = {{0, "probe", "URL", "only tell whether anybody answers there: status 0 or 1"}},
         .body = body},
        argc, argv);
}
