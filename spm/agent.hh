// The agent: looks, plans, fetches, has it carried out, remembers. One object for one run of spma.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/log.hh"
#include "spm/journal.hh"
#include "spm/packager.hh"
#include "spm/plan.hh"
#include "spm/settings.hh"

namespace weft::spm {

/// What a plan is made from, and the plan.
struct Situation {
    std::vector<Installed> installed;
    std::vector<Package> managed;
    Target target;
    Plan plan;
};

class Agent {
public:
    Agent(const Settings&, const Args&);
    ~Agent();

    /// Read everything and plan; changes nothing, but that with `mend` what is half installed is
    /// finished as far as the packager can. Error(65) or (74) for a target that cannot be read.
    Situation look(bool mend = false);
    /// The plan for what a past run found: everything it did is undone.
    Situation look_back(const Run&, bool mend);

    /// Fetch what the operations need and note where it lies. Error(69) naming everything that
    /// cannot be had.
    void fetch(std::vector<Operation>&);
    /// Keep the cache within its limit; what the operations need stays.
    void trim_cache(const std::vector<Operation>& needed);
    /// Finish or replace what an interrupted run left; then carry out the plan, unless it is
    /// refused (Error(77)) or empty. Answers 0, or 1 when the packager failed.
    ///   undone   the run that is rolled back: what was ours then is ours again
    int apply(Situation&, const std::string& note, const Run* undone = nullptr);
    /// Before anything else that changes packages. False when there was nothing to finish.
    /// Error(75) while somebody else holds the package database: then it is for the next run.
    bool recover();

    Packager& packager() { return packager_; }
    const History& history() const { return history_; }
    void say(Level, const std::string& line);

private:
    /// Ask the repositories, when there are any and there is something to do.
    void complete(Situation&, Policy&);
    /// The packager's list; with `mend` what is half installed was finished before, where it can
    /// be.
    std::vector<Installed> installed(bool mend);
    /// What was fetched without a checksum, and may be why the packager failed, is fetched again.
    void drop_unproved(const std::vector<Operation>&) const;
    Packager::Outcome carry_out(const std::vector<Operation>&);
    PluginCall call() const {
        return {settings_.packager_root, settings_.dbpath, settings_.checksig, false,
                settings_.apply_timeout};
    }

    const Settings& settings_;
    Log log_;
    Packager packager_;
    Journal journal_;
    History history_;
    Origins origins_;
};

}  // namespace weft::spm
