// Which components a new profile concerns, and what is remembered about each (man/cdispd.8).
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ncm/plan.hh"

namespace weft::ncm {

/// Checksums of the paths a component depends on; an empty one: the profile does not have the path.
using Watched = std::map<std::string, std::string>;

/// What the dispatcher knows about one component: survives restarts.
struct Known {
    enum Status { ok, pending, failed, orphaned } status = pending;
    Watched reference;        ///< as of its last success; empty before the first
    bool configured = false;  ///< it was run with success at least once
    bool leaving = false;     ///< what is due is its unconfigure
    int attempts = 0;         ///< failures in a row
    double next_retry = 0;    ///< seconds since the epoch
    std::string message;      ///< why it failed
};
std::string_view status_name(Known::Status);

struct DispatchRules {
    bool watch_itself = true;        ///< its own subtree (noautoregcomp turns it off)
    bool watch_package = true;       ///< /software/packages/{ncm-NAME} (noautoregpkg)
    bool missing_is_changed = true;  ///< a path of register_change that the profile lacks
    double retry_first = 60, retry_most = 3600;
};

/// The dispatcher's memory, in one file that is whole after every change.
class Memory {
public:
    explicit Memory(std::string file);
    std::map<std::string, Known> components;
    int cid = -1;          ///< of the profile last looked at
    std::string checksum;  ///< of that profile
    bool drained = false;  ///< we closed the node for users and have not opened it again
    bool fresh = false;    ///< there was no file: a new node
    void save() const;

private:
    std::string file_;
};

/// What has to be done for a profile.
struct Work {
    std::vector<std::string> configure, unconfigure;
    std::map<std::string, Watched> watched;  ///< of every eligible component, now
    std::vector<std::string> warnings;
    bool empty() const { return configure.empty() && unconfigure.empty(); }
};

/// The paths a component depends on, with their checksums in this profile.
///   also   what the component itself says it reads
Watched watched_paths(const Configuration&, const Planned&, const std::vector<std::string>& also,
                      const DispatchRules&, std::vector<std::string>* warnings = nullptr);

/// Compare a profile with what each component was last configured with. The rules are those of the
/// historic dispatcher, per component: new, activated, or a watched path changed; and what failed
/// before.
///   reads      what a component's program says it reads
Work select_work(const Configuration&, const Memory&, const DispatchRules&,
                 const std::function<std::vector<std::string>(const Planned&)>& reads);

/// The failed and pending ones whose time has come, and those that wait for one of them.
std::vector<std::string> due_retries(const Memory&, const std::map<std::string, Planned>&,
                                     double now);

/// Note a failure: when it will be tried again.
/// A clock that was put back must not make anything wait longer than it ever does: a failure the
/// rules' longest time, what is pending until `opens`.
void clamp_retries(Memory&, const DispatchRules&, double now, double opens);
void note_failure(Known&, const std::string& message, const DispatchRules&, double now);

}  // namespace weft::ncm
