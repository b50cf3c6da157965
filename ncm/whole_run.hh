// Inside of run_components(): one run. configure.cc starts and ends components, configure_keep.cc
// judges and remembers.
#pragma once
#include <functional>
#include <memory>
#include <set>

#include "base/file.hh"
#include "base/loop.hh"
#include "ncm/actions.hh"
#include "ncm/configure.hh"
#include "ncm/runlog.hh"
#include "ncm/states.hh"

namespace weft::ncm {

/// Everything one run needs while it runs.
class WholeRun {
public:
    WholeRun(const Configuration*, const std::map<std::string, Planned>& all, const RunPlaces&,
             const RunRules&, const Log&);
    RunReport go();

private:
    /// What a component was configured with: written down when its run was good.
    struct Configured {
        std::string name, tree;
        std::optional<std::string> before;  ///< what it was configured with before
        std::vector<std::string> files;     ///< what it looks after
    };
    /// A component while it runs.
    struct Going {
        Configured what;
        std::string journal;
        bool keeps = false;    ///< what it changes is kept, to be put back
        bool refused = false;  ///< an action on a service that it asked for
        LogFile own;
        std::vector<std::pair<Level, std::string>> lines;  ///< held back while others run beside it
        Child child;
    };
    /// A component whose run was good so far: its health, or that of the node, decides.
    struct Trial {
        Configured what;
        const Planned* plan;
        bool changed;
        bool good = true;
    };

    // ---- components
    const Planned* plan_of(const std::string& name) const;
    bool needs(const std::string& name, const std::string& other) const;
    std::string failed_before(const std::string& name) const;
    void start_ready();
    std::optional<Outcome> start(const std::string& name);
    std::string document(Going&, const Planned*, const Described&);
    void guarded(Outcome&, const std::function<void()>& step);
    void ended(Going&, Outcome);
    void finish(const std::string& name, Outcome, const Going*);
    void note_state(const std::string& name, const std::string& error);
    void failed_after_all(const std::string& name, const std::string& message);
    void services();
    ProcessResult hook(const std::string& command, const std::string& input, double timeout);
    bool pre_hook();
    void post_hook();
    void say(Level, const std::string& text, Going* from);
    void say(Level, const std::string& text, LogFile* own = nullptr);

    // ---- what they changed
    std::string saved(const std::string& name) const { return places_.work_dir + "/saved/" + name; }
    void prepare(Going&, const Planned*, std::map<std::string, std::string>& env);
    void close_journal(const Going&, const Outcome&, bool taken_back);
    bool on_trial(const Planned*, const Outcome&) const;
    void judge();
    std::string not_within(double seconds, const std::vector<std::string>& command);
    void fail(Trial&, const std::string& message, bool restore);
    void take_back(const std::string& name, const char* what, LogFile* own);
    void remember(const Configured&);
    void record(const std::string& name, const std::vector<std::string>& changed);

    const Configuration* config_;
    const std::map<std::string, Planned>& all_;
    const RunPlaces& places_;
    const RunRules& rules_;
    const Log& log_;
    States states_;
    Actions actions_;
    Programs programs_;
    ScratchDir scratch_;
    LogFile ncd_log_;
    RunReport report_;
    Loop loop_;
    std::vector<std::string> waiting_;  ///< to be started, in order
    std::vector<std::unique_ptr<Going>> going_;
    std::vector<Trial> trials_;
    std::map<std::string, std::set<std::string>>
        asked_by_;  ///< services acted on, and the components that asked
};

}  // namespace weft::ncm
