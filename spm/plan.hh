// What to do, in which order and why: a pure function of what is installed, what we manage, what is
// wanted, and the policy. Nothing here reads a file or asks a clock.
#pragma once
#include <string>
#include <vector>

#include "spm/package.hh"
#include "spm/target.hh"

namespace weft::spm {

struct Installed {
    Package package;
    bool essential = false;   ///< the system says that it does not work without it
    bool broken = false;      ///< half installed: neither there nor gone
    bool unfinished = false;  ///< there, and waits for something (dpkg's triggers)
    bool held = false;        ///< an administrator of the node wants it to stay as it is
};

/// A repository the wanted packages come from, as the guards see it.
struct Source {
    std::string name;
    size_t packages = 0;
    long age = 0;      ///< seconds since its metadata was made
    long max_age = 0;  ///< more is stale; 0: never
};

/// More than this is refused, unless a reason is given (Policy::override).
struct Guards {
    size_t removals = 50;  ///< packages erased in one run
    unsigned percent =
        20;  ///< of the installed packages erased in one run; five or fewer are never too many
    std::vector<std::string> essential = {"filesystem", "setup", "glibc", "libc6",   "bash",
                                          "coreutils",  "rpm",   "dpkg",  "systemd", "init"};
};

struct Policy {
    Format format = Format::rpm;
    bool userpkgs = false;      ///< packages that are not ours may stay
    bool userprio = false;      ///< and where the target names them too, theirs goes before ours
    bool protectkernel = true;  ///< never erase the running kernel and its modules
    bool usespmlist = true;     ///< believe the managed list
    std::string kernel;         ///< uname -r
    Guards guards;
    std::vector<Source> sources;
    std::string override_reason;  ///< not empty: the guards warn instead of refusing
};

/// One place of a file, and what it takes to be let in.
struct FilePlace {
    std::string url, ca_file, cert, key;
    bool operator==(const FilePlace&) const = default;
};

/// Where exactly a repository has a package file.
struct FileSource {
    std::string url;  ///< of the file itself; empty: not known
    uint64_t size = 0;
    std::string algorithm, checksum;
    std::string ca_file, cert, key, proxy;
    std::vector<FilePlace> others = {};  ///< tried in order when the first has it not
    bool gpgcheck = false;               ///< its signature must be of one of these keys
    std::vector<std::string> gpgkeys;    ///< URLs; none: the keys the package system knows
    bool operator==(const FileSource&) const = default;
};

enum class Action { replace, install, erase };
std::string_view action_name(Action);

/// The reason of an erasure that nobody asked for by name.
inline constexpr const char* not_in_target = "not in the target";

struct Operation {
    Action action;
    Package package;           ///< what comes; for erase: what goes
    std::vector<Package> old;  ///< replace: what goes, at least one
    std::string url;           ///< where the file is; empty: not told
    std::string reason;        ///< "wanted by the target, line 12"
    int direction = 0;         ///< replace: > 0 upgrade, < 0 downgrade, 0 neither
    std::string file;          ///< once fetched: where it lies
    FileSource source = {};    ///< once a repository was asked
    bool may_miss = false;     ///< asked for by a group: not there is not wrong
    bool operator==(const Operation&) const = default;
};

/// What is not touched, and why: only where somebody could ask.
struct Kept {
    Package package;
    std::string reason;
    bool drift = false;  ///< it differs from the target
};

struct Refusal {
    std::string
        guard;  ///< removals, empty-target, empty-repository, stale-repository, essential, kernel
    std::string message;
};

struct Plan {
    std::vector<Operation> operations;  ///< replacements, installations, erasures; each by name
    std::vector<Kept> kept;
    std::vector<Refusal> refused;  ///< not empty: must not be carried out
    std::vector<Refusal> overridden;
    std::vector<std::string> warnings;  ///< what the target overrules
    std::vector<Package> managed;       ///< ours once it is carried out
    bool empty() const { return operations.empty(); }
};

/// See spma(8), "How a plan is made".
Plan make_plan(const std::vector<Installed>& installed, const std::vector<Package>& managed,
               const Target& target, const Policy& policy);

/// Is this the running kernel, or one of its modules?
bool of_running_kernel(const Package&, const std::string& uname);

}  // namespace weft::spm
