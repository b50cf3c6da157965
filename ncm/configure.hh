// A whole run of ncd: components in order, their state, their service actions, the report.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/log.hh"
#include "ncm/plan.hh"
#include "ncm/runner.hh"

namespace weft::ncm {

struct RunPlaces {
    std::string root;  ///< of --root; empty: the real system
    std::string cache_root;
    std::string state_dir;  ///< see States
    std::string work_dir;   ///< what was applied, pending actions, the report
    std::string log_dir;    ///< empty: no logs
    mode_t log_mode = 0600;
    ComponentPlaces components;
    std::vector<std::string> service_command;  ///< empty: actions are recorded only
};

struct RunRules {
    std::string verb = "configure";  ///< or unconfigure, check
    std::vector<std::string> order;  ///< what runs, in this order
    std::vector<std::string> asked;  ///< those of them that were asked for
    bool noaction = false, verbose = false, multilog = true, verbose_logfile = true;
    bool nodeps = false;                ///< a failed pre-dependency does not stop a component
    bool forgive_dependencies = false;  ///< errors of components not asked for are warnings
    std::string pre_hook, post_hook;
    double pre_hook_timeout = 300, post_hook_timeout = 300;
    int jobs = 1;         ///< independent components run at the same time
    bool history = true;  ///< keep a record of what changed when
    std::vector<std::string>
        confirm_command;       ///< after a change of a `confirm` component it must succeed ...
    double confirm_time = 60;  ///< ... within this time, else the change is taken back
    std::vector<std::string> historic = {};  ///< components that write as Quattor's did; or all
    double health_time = 30;  ///< within which a component's health command must succeed
};

struct RunReport {
    int cid = 0;
    std::string checksum;             ///< of the whole profile
    long revision = 0;                ///< of the configuration database; 0: not known
    std::vector<Outcome> components;  ///< in the order they ran
    struct Service {
        std::string service, action, error;
    };
    std::vector<Service> services;
    int errors = 0, warnings = 0;
    double seconds = 0;
    std::string json(const std::string& verb, bool noaction) const;
};

/// Run them. `config` is the profile; nullptr for the unconfiguring of a component it no longer
/// has. What components do wrong is in the report; an Error is thrown only when the run could not
/// be made at all.
RunReport run_components(const Configuration* config, const std::map<std::string, Planned>& all,
                         const RunPlaces&, const RunRules&, const Log&);

/// The own subtree a component was last configured with, as JSON text; nothing when it never was.
std::optional<std::string> applied(const RunPlaces&, const std::string& component);

/// The file that lists what a component looks after, one path a line.
std::string managed_files(const std::string& work_dir, const std::string& component);

/// What was changed, when and by whom: one line a file, the oldest first, of those that hold all
/// `words`.
std::string change_history(const std::string& work_dir, const std::vector<std::string>& words);

/// Set by a signal handler: end after the component that is running.
extern volatile int stop_requested;

}  // namespace weft::ncm
