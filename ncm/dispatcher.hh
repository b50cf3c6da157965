// The work of cdispd between its events: look at the profile, run ncd, remember, report.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/log.hh"
#include "base/loop.hh"
#include "ncm/dispatch.hh"
#include "ncm/runner.hh"
#include "ncm/window.hh"

namespace weft::ncm {

struct DispatcherRules {
    std::string root;       ///< of --root; empty: the real system
    std::string noquattor;  ///< the file that pauses everything
    std::string cache_root, work_dir, state_dir;
    std::vector<std::string> ncd;  ///< program and options that are always given
    double ncd_time_limit = 4 * 3600;
    ComponentPlaces components;
    std::string initial_run = "changed";  ///< all, changed, none
    bool noaction = false;
    DispatchRules selection;
    std::string report;           ///< URL of the node's status, "auto" or "none"
    std::string reporter;         ///< program that posts a file to a URL
    double interval = 60;         ///< between two looks without an event
    std::vector<Window> windows;  ///< for components that wait for one; none: any time
    std::vector<std::string> drain,
        release;                ///< close the node for users, open it again; empty: not needed
    double drain_retry = 60;    ///< between two questions whether it is drained
    double drift = 0;           ///< between two looks whether files are still as written; 0: never
    double drift_files = 0;     ///< the same by times and sizes alone: no process when none differs
    bool drift_repair = false;  ///< configure what has drifted
};

class Dispatcher {
public:
    Dispatcher(Loop&, const Log&, DispatcherRules);
    /// The first look, by the rule of the initial run.
    void start();
    /// Something may have changed: look again, now or when the running ncd has ended.
    void look();
    /// Try what failed, now.
    void retry_now();
    /// No new run; `done` when the one under way has ended.
    void stop(std::function<void()> done);

private:
    struct Planned_run {
        std::string verb;
        std::vector<std::string> names;
        int cid;
        std::map<std::string, Watched> watched;
        bool drain = false;
    };
    struct Pause {
        std::string reason;
        double until = 0;
    };
    Pause pause() const;
    bool paused();
    Planned::Care care(const std::string& name) const;
    Element last_configured(const std::string& name) const;
    void enqueue(Planned_run);
    void drain();
    void release();
    void opened(const ProcessResult&);
    void idle();
    void check_drift(const std::vector<std::string>& names);
    void check_files();
    void note_files(const std::string& name);
    bool may_repair(const std::string& name);
    std::vector<std::string> settled() const;
    void drift_ended(const ProcessResult&);
    ProcessOptions child_options() const;
    void select(bool retries_only);
    void next_run();
    void ended(const ProcessResult&);
    void settle(const std::string& name, bool good, const std::string& message);
    bool can_unconfigure(const std::string& name);
    void clamp_waits(double now);
    void plan_retry();
    void write_status();
    void send_report();
    std::string report_url() const;

    Loop& loop_;
    const Log& log_;
    DispatcherRules rules_;
    Memory memory_;
    Programs programs_;
    std::map<std::string, Planned> planned_;
    std::vector<Planned_run> queue_;
    Planned_run running_;
    pid_t ncd_pid_ = -1;
    Child ncd_, reporter_;
    Timer retry_, tick_, pause_end_, drift_tick_, files_tick_;
    Watch cache_watch_, etc_watch_, pause_watch_;
    std::map<std::string, std::vector<std::string>>
        drifted_;                       ///< by component: what is not as it was written
    std::vector<std::string> checked_;  ///< the components that the running check is about
    std::map<std::string, std::string>
        files_seen_;  ///< by component: its files as its last run or check left them
    std::map<std::string, std::vector<double>> repaired_;  ///< when, within the last hour
    std::map<std::string, long> repairs_;                  ///< since the start
    bool watching_ = false, again_ = false, unsent_ = false, first_ = true;
    enum {
        not_known,
        gone,
        staying
    } users_ = not_known;  ///< as the drain command said, while the node is closed
    std::string pause_reason_, last_line_, trouble_, closed_for_;
    std::function<void()> on_stopped_;
};

}  // namespace weft::ncm
