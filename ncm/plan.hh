// Which components a profile has, and in which order they run.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ncm/cache.hh"

namespace weft::ncm {

/// What the profile says about one component, beside its own business.
struct Planned {
    std::string name;
    std::string module;  ///< name of its program; normally its own
    bool has_active = false, active = false;
    bool has_dispatch = false, dispatch = false;
    std::vector<std::string> pre;      ///< run before me
    std::vector<std::string> post;     ///< run after me
    std::vector<std::string> watched;  ///< register_change: further paths it depends on
    bool restore = false;              ///< on_failure is "restore": a failed run is taken back
    bool confirm = false;  ///< its change must not cut the node off: see RunRules::confirm_command
    std::vector<std::string> health;  ///< a command that succeeds when what it configures works
    double timeout = 600;             ///< seconds for one run
    enum Care { any_time, window, drained } care = any_time;  ///< `maintenance`: when it may run
};

/// What the word `maintenance` of a component's configuration means.
Planned::Care care_of(std::string_view maintenance);

/// A component's name is a word: letters, digits, _ and -, not beginning with a digit or -.
bool is_component_name(std::string_view);

constexpr const char* components_path = "/software/components";
std::string component_path(const std::string& name);

/// One component of a profile; not active when the profile does not have it.
Planned planned(const Configuration&, const std::string& name);
/// All of them, by name.
std::map<std::string, Planned> planned(const Configuration&);

struct OrderRules {
    bool autodeps = true;  ///< a dependency that was not asked for is run too
    bool nodeps = false;   ///< a missing dependency does not matter
};
/// The components to run, in order: what is in `pre` before, what is in `post` after, else by name.
/// Error(1) for one that is unknown or not active, for a missing dependency, and for a cycle, told
/// as a chain.
std::vector<std::string> run_order(const std::map<std::string, Planned>& all,
                                   const std::vector<std::string>& asked, const OrderRules&);

/// All edges as a DOT graph.
std::string dependency_graph(const std::map<std::string, Planned>& all);

}  // namespace weft::ncm
