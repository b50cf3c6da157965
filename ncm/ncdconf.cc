// Names and defaults of the historic runner, and a few of ours.
#include "ncm/ncdconf.hh"

#include <unistd.h>

#include <cstdlib>

#include "ncm/ccmconf.hh"

namespace weft::ncm {

const std::vector<Setting> ncd_settings = {
    {"logdir", "/var/log/ncm", Setting::path, "DIR",
     "ncd.log and component-NAME.log (/var/log/ncm)"},
    {"multilog", "1", Setting::flag, nullptr, "a log for each component"},
    {"verbose_logfile", "1", Setting::flag, nullptr, "details go to the logs, also without -v"},
    {"log_group_readable", "", Setting::text, "GROUP", "let a group read the logs"},
    {"log_world_readable", "0", Setting::flag, nullptr, "let everybody read the logs"},
    {"retries", "30", Setting::number, "N", "tries for the lock (30)"},
    {"timeout", "30", Setting::number, "SECONDS", "between two tries (30)"},
    {"state", "/var/run/quattor-components", Setting::path, "DIR", "state of the components"},
    {"workdir", "/var/lib/weft/ncm", Setting::path, "DIR",
     "what was applied, pending service actions"},
    {"useprofile", "current", Setting::text, "CID", "which profile (current)"},
    {"cache_root", "", Setting::path, "DIR", "the profile cache; default: as ccm.conf says"},
    {"chroot", "", Setting::text, "DIR", "run inside this folder, which holds a whole system"},
    {"component-dir", "", Setting::text, "DIRS",
     "the components' programs; folders between colons"},
    {"service-command", "", Setting::text, "CMD",
     "called with an action and a service (systemctl)"},
    {"pre-hook", "", Setting::text, "CMD", "run before; its failure cancels the run"},
    {"pre-hook-timeout", "300", Setting::number, "SECONDS", "its time limit (300)"},
    {"post-hook", "", Setting::text, "CMD", "run after, with the report"},
    {"post-hook-timeout", "300", Setting::number, "SECONDS", "its time limit (300)"},
    {"check-noquattor", "1", Setting::flag, nullptr, "do nothing while /etc/noquattor exists"},
    {"nodeps", "0", Setting::flag, nullptr, "missing and failed dependencies do not matter"},
    {"autodeps", "1", Setting::flag, nullptr, "run dependencies that were not named too"},
    {"ignore-errors-from-dependencies", "0", Setting::flag, nullptr,
     "errors of those are warnings"},
    {"allowbrokencomps", "1", Setting::flag, nullptr, "accepted; a broken component fails alone"},
    {"ignorelock", "0", Setting::flag, nullptr, "run without the lock"},
    {"forcelock", "0", Setting::flag, nullptr, "the same"},
    {"report-format", "simple", Setting::text, "FORMAT", "simple or nagios"},
    {"facility", "local1", Setting::text, "NAME", "accepted and not used"},
    {"logpid", "0", Setting::flag, nullptr, "accepted and not used"},
    {"history", "1", Setting::flag, nullptr, "keep a record of what was changed when"},
    {"jobs", "1", Setting::number, "N",
     "components that do not wait for each other run at the same time (1)"},
    {"confirm-command", "", Setting::text, "CMD",
     "must succeed after a change of a component with confirm"},
    {"confirm-time", "60", Setting::number, "SECONDS",
     "within this time, else the change is taken back (60)"},
    {"health-time", "30", Setting::number, "SECONDS",
     "within which the health command of a component must succeed (30)"},
    {"history-instances", "0", Setting::flag, nullptr, "accepted and not used"},
    {"include", "/usr/lib/perl", Setting::text, "DIRS",
     "Perl modules of Quattor; folders between colons (/usr/lib/perl)"},
    {"historic", "", Setting::text, "NAMES",
     "components whose files keep the layout that Quattor's gave them; or all"},
    {"perl", "", Setting::text, "NAMES", "components that are Perl's although we have one; or all"},
};

Settings read_ncd_settings(const Args& args) {
    std::string file = args.get("cfgfile");
    if (file.empty() && ::access(args.rooted("/etc/ncm-ncd.conf").c_str(), F_OK) == 0)
        file = args.rooted("/etc/ncm-ncd.conf");
    return Settings(ncd_settings, args, file, Settings::Grammar::equations);
}

ComponentPlaces component_places(const Settings& s) {
    ComponentPlaces p;
    p.dirs = words(s.get("component-dir"), ":");
    if (p.dirs.empty())
        p.dirs = {libexec_dir() + "/ncm"};
    p.so_adaptor = libexec_dir() + "/ncm-component-so";
    p.perl_adaptor = libexec_dir() + "/ncm-component-perl";
    p.perl_dirs = words(s.get("include"), ":");
    p.perl_preferred = s.list("perl");
    return p;
}

std::string cache_root_of(const Args& args) {
    // Only --root and the like of the caller's options mean something to ccm.conf.
    std::vector<std::string> words;
    if (!args.root().empty())
        words = {"--root", args.root()};
    Program p{.name = "ccm", .usage = "", .about = "", .options = {}, .body = {}};
    return read_ccm_settings(parse_args(p, words)).get("cache_root");
}

}  // namespace weft::ncm
