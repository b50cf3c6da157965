// nss: where names are looked up, in /etc/nsswitch.conf.
#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

static constexpr const char* nsswitch_conf = "/etc/nsswitch.conf";
static const KeyLines nss_format{.separators = ":", .sections = {}};

static void configure_nss(Run& run) {
    std::map<std::string, std::optional<std::string>> wanted;
    for (const auto& [db, sources] : run.config()["databases"].members()) {
        std::vector<std::string> words;
        for (View s : sources.items())
            words.push_back(s.line());
        if (words.empty())
            throw Error(exit_data, "no sources for '" + db + "'");
        wanted[db] = db + ": " + join(words, " ");
    }
    run.file(nsswitch_conf, nss_format.set(run.read(nsswitch_conf).value_or(""), wanted),
             {.mode = 0444, .owner = "root", .group = "root", .backup = ".OLD"});
}

static void unconfigure_nss(Run& run) {
    // ".old" is what this component once called it.
    for (const char* suffix : {".OLD", ".old"})
        if (run.exists(std::string(nsswitch_conf) + suffix)) {
            run.give_back(nsswitch_conf, suffix);
            return;
        }
    run.warn("there is no earlier '/etc/nsswitch.conf', this one stays");
}

extern const Component nss_component{
    .name = "nss",
    .about = "where names are looked up: lines of /etc/nsswitch.conf",
    .configure = configure_nss,
    .unconfigure = unconfigure_nss};

}  // namespace weft::ncm
