// What commits of a whole site cost, without the daemon: the first one, and one value that all
// nodes use. t/compiler/site-gen makes the site (NODES of it, 300; the site's figure is 10000):
//     NODES=10000 make bench BENCH=t/cdb/bench-commit
#include <fmt/core.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file.hh"
#include "cdb/pipeline.hh"
#include "cdb/store.hh"

using namespace weft;
using namespace weft::cdb;

static double cpu() {
    rusage r;
    getrusage(RUSAGE_SELF, &r);
    return double(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           double(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/// The peak of the resident size since the last call, in MB.
static long peak() {
    long kb = 0;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            kb = std::atol(line.c_str() + 6);
    std::ofstream("/proc/self/clear_refs") << "5";
    return kb >> 10;
}

int main() {
    const char* nodes = std::getenv("NODES");
    const char* source = std::getenv("WEFT_SRC");
    ScratchDir dir;
    std::string tree = dir.path() + "/tree";
    if (std::system(fmt::format("{}/t/compiler/site-gen --nodes {} --out {}", source ? source : ".",
                                nodes ? nodes : "300", tree)
                        .c_str()))
        return 70;
    Proposal p{.author = "bench", .comment = "bench"};
    for (auto& f : std::filesystem::recursive_directory_iterator(tree))
        if (f.is_regular_file())
            p.edits.push_back({.path = f.path().lexically_relative(tree).string(),
                               .text = read_file(f.path().string())});
    p.edits.push_back({.path = ".loadpath", .text = "profiles\n.\n"});
    Store store(dir.path() + "/store", {.cache = size_t(256) << 20});
    Pipeline pipeline(store, 2);
    auto commit = [&](const char* what) {
        double c = cpu();
        auto t = std::chrono::steady_clock::now();
        peak();
        Outcome o = pipeline.commit(p);
        if (o.state != Outcome::done) {
            fmt::print("{}: {}\n", what, o.errors.empty() ? "not done" : o.errors[0].error.text());
            std::exit(70);
        }
        fmt::print("{}: {} profiles, {:.1f} s, {:.1f} CPU s, compiling {:.1f} s, peak {} MB\n",
                   what, o.changed,
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - t).count(),
                   cpu() - c, o.compile_seconds, peak());
        fmt::print(
            "    write_xml {:.1f} digest {:.1f} gzip {:.1f} values {:.1f} origins {:.1f} store "
            "{:.1f} s\n",
            o.trace.write_xml, o.trace.digest, o.trace.gzip, o.trace.values, o.trace.origins,
            o.trace.store);
    };
    commit("first commit");
    std::string sysctl = read_file(tree + "/site/sysctl.pan");
    Hash was = hash_of(sysctl);
    p.edits = {{.path = "site/sysctl.pan", .base = was, .text = sysctl + "'bench_all' = '1';\n"}};
    p.base = 1;
    commit("one value that all use");
    return 0;
}
