// ccm-initialise - make an empty profile cache                              page:
// man/ccm-initialise.8
#include "base/program.hh"
#include "ncm/ccmconf.hh"
#include "ncm/store.hh"
using namespace weft;

static int body(const Args& args) {
    ncm::Settings s = ncm::read_ccm_settings(args);
    ncm::make_cache(s.get("cache_root"), ncm::readability(s));
    return exit_ok;
}

int main(int argc, char** argv) {
    Program p{
        .name = "ccm-initialise",
        .usage =
            "ccm-initialise [-v] [--cfgfile file] [--cache_root dir] [--group_readable group] "
            "[--world_readable]",
        .about = "Make an empty profile cache, or put the modes of one right; profiles in it stay.",
        .options = {{0, "cfgfile", "FILE", "settings (/etc/ccm.conf); see ccm.conf(5)"}},
        .body = body};
    return run(ncm::with_settings(p, ncm::ccm_settings), argc, argv);
}
