// Service actions that components asked for: collected over a run, done once, kept until they
// succeed.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/log.hh"

namespace weft::ncm {

struct Action {
    std::string service, action;
    std::set<std::string> by;  ///< components that asked
};

/// The pending actions, in a file that is whole after every change.
class Actions {
public:
    explicit Actions(std::string file);
    /// Remember an action before anything relies on it. A restart makes a reload needless, a stop a
    /// start. Error(65) as check_action().
    void ask(const std::string& service, const std::string& action, const std::string& by);
    const std::vector<Action>& pending() const { return pending_; }

    struct Failure {
        Action action;
        std::string why;
    };
    /// Do them all with `command ACTION SERVICE`; those that fail stay. An empty command only
    /// records them in `record` and counts them as done (below --root).
    std::vector<Failure> run(const std::vector<std::string>& command, const std::string& record,
                             const std::function<void(Level, const std::string&)>& say);

private:
    void save() const;
    std::string file_;
    std::vector<Action> pending_;
};

/// Error(65) for an action that is none, or a service name that could be an option.
void check_action(const std::string& service, const std::string& action);
/// The words that do it: `systemctl ACTION SERVICE`, `service SERVICE ACTION`.
std::vector<std::string> action_words(std::vector<std::string> command, const std::string& service,
                                      const std::string& action);

/// The command of this machine: systemctl under systemd, else service.
std::vector<std::string> service_command();

}  // namespace weft::ncm
