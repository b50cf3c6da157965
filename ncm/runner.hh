// One component, run as a child: the protocol of ncm-component(5) from the runner's side.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hh"
#include "base/loop.hh"
#include "base/noun/element.hh"

namespace weft::ncm {

class PerlHost;

/// What a component says about itself.
struct Described {
    std::vector<std::string> verbs;
    bool noaction = false;           ///< it keeps its hands off when told so
    std::vector<std::string> watch;  ///< trees it reads beside its own
    bool has(std::string_view verb) const;
};

/// Where components are: folders of programs, searched in order, then of Perl modules
/// (ncm-component-perl(8)).
struct ComponentPlaces {
    std::vector<std::string> dirs;
    std::string so_adaptor;                   ///< the program that runs a NAME.so of these folders
    std::string perl_adaptor;                 ///< the program that runs a Perl component
    std::vector<std::string> perl_dirs;       ///< with NCM/Component/NAME.pm below
    std::vector<std::string> perl_preferred;  ///< names that are Perl first; "all": every name
};

/// The components' programs, and what they say about themselves: asked once, then remembered as
/// long as the program stays the same file.
class Programs {
public:
    ///   memory    the file that remembers; empty: none
    ///   noaction  what is run will keep its hands off
    Programs(ComponentPlaces places, std::string memory, bool noaction = false);
    ~Programs();
    /// The program of a module ("a::b" is a/b in the folder), or its Perl module; nothing when
    /// there is none.
    std::optional<std::string> find(const std::string& module) const;
    /// The words that run what find() found; the verb comes after them.
    std::vector<std::string> command(const std::string& program) const;
    /// For a Perl module: a fork of the adaptor, which is loaded once; answers nothing when that
    /// does not work here. Empty for all others.
    std::function<std::optional<Spawned>(const ProcessOptions&)> fork(const std::string& program,
                                                                      const std::string& verb);
    /// No more questions for now: what was loaded for them may go.
    void rest();
    /// Error(65) when it does not answer `describe` as it should.
    const Described& describe(const std::string& program);

private:
    std::optional<std::string> find_perl(const std::string& file) const;
    std::string perl_module(const std::string& program) const;
    std::vector<std::string> perl_adaptor() const;
    PerlHost& perl_host();
    ComponentPlaces places_;
    std::string memory_;
    std::map<std::string, std::pair<std::string, Described>>
        known_;  ///< by program: its identity, its words
    bool noaction_, loaded_ = false, changed_ = false;
    std::unique_ptr<PerlHost> perl_host_;
};

/// What one run is given.
struct RunOrder {
    std::string component;
    std::vector<std::string> command;                                        ///< the verb included
    std::function<std::optional<Spawned>(const ProcessOptions&)> fork = {};  ///< tried first
    std::string document;  ///< JSON for its standard input
    std::map<std::string, std::string> env;
    std::string dir;  ///< working folder
    double timeout = 600;
};

/// What came of it.
struct Outcome {
    std::string component;
    int errors = 0, warnings = 0;
    std::string message;       ///< the first error
    bool skipped = false;      ///< not run, and that is fine
    bool unsupported = false;  ///< it does not know the verb
    double seconds = 0;
    std::vector<std::string> changed;
    std::vector<std::string> files;  ///< it looks after them, changed or not
    bool ended = false;              ///< by itself, not by a signal
};

/// Where a component's words go while it runs.
struct Listener {
    std::function<void(Level, std::string_view text)> say;
    std::function<void(const std::string& service, const std::string& action)> action;
};

/// Start it; `done` is called on the loop with what came of it, also when it could not be started.
/// Never throws for what the component does.
Child start_one(Loop&, const RunOrder&, Listener, std::function<void(Outcome)> done);

}  // namespace weft::ncm
