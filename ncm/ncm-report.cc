// ncm-report - post the node's status to the configuration database          page: man/ncm-report.8
#include <fmt/core.h>

#include "base/file.hh"
#include "base/program.hh"
#include "ncm/ccmconf.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.rest().size() != 2)
        throw Error(exit_usage, "a URL and a file are needed");
    ncm::Settings s = ncm::read_ccm_settings(args);
    HttpOptions o = ncm::http_options(s);
    o.allow_file = false;
    o.limit = 1 << 20;
    HttpAnswer r = HttpClient(o).post(args.rest()[0], read_file(args.rest()[1], 16 << 20));
    if (!r.status)
        throw Error(exit_unavailable, r.error);
    if (!r.ok())
        throw Error(r.status >= 500 ? exit_unavailable : exit_no,
                    fmt::format("'{}' answered {}: {}", args.rest()[0], r.status,
                                r.body.substr(0, r.body.find('\n'))));
    return exit_ok;
}

int main(int argc, char** argv) {
    return run({.name = "ncm-report",
                .usage = "ncm-report [-v] [--cfgfile file] [--root dir] url file",
                .about = "Post a file with the node's status to the configuration database, with "
                         "the node's certificate.",
                .options = {{0, "cfgfile", "FILE", "settings (/etc/ccm.conf): the certificates"}},
                .body = body},
               argc, argv);
}
