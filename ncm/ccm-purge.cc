// ccm-purge - remove cached profiles nobody needs                           page: man/ccm-purge.8
#include "base/program.hh"
#include "ncm/ccmconf.hh"
#include "ncm/store.hh"
using namespace weft;

static int body(const Args& args) {
    Log log("ccm-purge", args.verbose() || args.noaction() ? Level::info : Level::warning);
    ncm::Settings s = ncm::read_ccm_settings(args);
    ncm::CacheManager cache(s.get("cache_root"));
    // Not while a fetch is writing: it would find its folder taken away.
    FileLock lock = FileLock::lock(cache.root() + "/fetch.lock",
                                   std::max(1L, s.number("lock_retries")) * s.seconds("lock_wait"));
    ncm::purge(cache, s.number("keep_old"), s.seconds("purge_time"), log, args.noaction());
    return exit_ok;
}

int main(int argc, char** argv) {
    Program p{.name = "ccm-purge",
              .usage =
                  "ccm-purge [-nv] [--cfgfile file] [--keep_old n] [--purge_time seconds] "
                  "[--cache_root dir]",
              .about = "Remove cached profiles nobody needs any more.",
              .options = {{'n', "noaction", nullptr, "say what would go, remove nothing"},
                          {0, "cfgfile", "FILE", "settings (/etc/ccm.conf); see ccm.conf(5)"}},
              .body = body};
    return run(ncm::with_settings(p, ncm::ccm_settings), argc, argv);
}
