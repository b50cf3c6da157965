// ccm: where the node's profile comes from, in /etc/ccm.conf; nothing is written that cannot fetch.
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "base/process.hh"
#include "base/program.hh"
#include "ncm/component.hh"

namespace weft::ncm {

/// What every component has is no setting of the cache.
static const std::set<std::string> not_of_ccm = {
    "active",          "dispatch",   "dependencies", "configFile",  "version",
    "register_change", "ncm-module", "timeout",      "maintenance", "confirm",
    "on_failure",      "health",     "unconfigure"};

static std::string ccm_settings_text(View c) {
    std::string text;
    for (const auto& [key, value] : c.members()) {
        if (not_of_ccm.count(key))
            continue;
        std::vector<std::string> words;
        for (View w : value.items())
            words.push_back(w.element()->is(Kind::boolean) ? (w.flag() ? "1" : "0") : w.line());
        if (std::string all = join(words, ","); !all.empty())
            text += key + " " + all + "\n";
    }
    return text;
}

/// The fetch program beside us, else in PATH.
static std::string fetch_program() {
    std::string beside = libexec_dir() + "/../../sbin/ccm-fetch",
                build = libexec_dir() + "/ccm-fetch";
    for (const std::string& file : {beside, build})
        if (::access(file.c_str(), X_OK) == 0)
            return file;
    return "ccm-fetch";
}

static void configure_ccm(Run& run) {
    View c = run.config();
    std::string file = c["configFile"].text("/etc/ccm.conf"), text = ccm_settings_text(c);
    if (!file.starts_with('/'))
        throw Error(exit_data, fmt::format("'{}' is no absolute path", file));
    if (run.read(file) == text) {
        run.file(file, text);
        return;
    }
    // With settings that do not work the node would never hear of better ones.
    if (!run.noaction() && !run.rooted()) {
        ScratchDir dir;
        write_file(dir.path() + "/ccm.conf", text, {.sync = false});
        ProcessOptions o;
        o.timeout = 300;
        o.merge = true;
        ProcessResult r =
            run_process({fetch_program(), "--reach", "--cfgfile", dir.path() + "/ccm.conf"}, o);
        if (!r.ok()) {
            run.error(fmt::format("with the new settings no profile can be fetched, '{}' stays: {}",
                                  file, r.out.substr(0, r.out.find('\n'))));
            return;
        }
    }
    run.file(file, text, {.mode = 0644});
}

static void unconfigure_ccm(Run& run) {
    run.info("the settings of the cache stay: without them no profile is fetched");
}

extern const Component ccm_component{.name = "ccm",
                                     .about = "where the profile comes from: /etc/ccm.conf",
                                     .configure = configure_ccm,
                                     .unconfigure = unconfigure_ccm};

}  // namespace weft::ncm
