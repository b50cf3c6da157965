// Repositories, as /software/repositories of the profile describes them: their metadata fetched,
// checked and indexed.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "spm/fetch.hh"
#include "spm/wrap/download.hh"
#include "spm/wrap/solv.hh"

namespace weft::spm {

struct Repository {
    struct Protocol {
        std::string url, ca_file, cert, key;
    };
    std::string name;
    std::vector<Protocol> protocols;  ///< tried in order
    bool enabled = true, skip_if_unavailable = false;
    std::optional<int> chosen_priority;  ///< none is 99, or what a Release asks for
    bool gpgcheck = false;             ///< packages must be signed (rpm); the Release must be (deb)
    bool repo_gpgcheck = false;        ///< the metadata must be
    std::vector<std::string> gpgkeys;  ///< URLs
    bool module_hotfixes = false;      ///< its packages count whatever module streams are chosen
    std::string proxy, snapshot;
    std::string suite;  ///< Debian: dists/SUITE; empty: Packages beside the packages
    std::vector<std::string> sections;
    solv::Filter filter;

    /// What is asked of the metadata before it is believed; what was fetched under other terms is
    /// fetched again.
    std::string trust(Format) const;
    /// Where the files are: the snapshot's folder when there is one.
    std::string base(const Protocol&) const;
};

/// A list, or an object with the list `repositories`; keys as in the profile. Error(65) naming the
/// path of what is wrong; a key that has no effect here is a warning.
std::vector<Repository> parse_repositories(std::string_view text, const std::string& file,
                                           const Say&);

/// The enabled repositories of the settings; none where there is no such file.
std::vector<Repository> configured_repositories(const Settings&, const Say&);

class Repositories {
public:
    /// Those of the settings.
    Repositories(const Settings&, Format, Say);
    /// Those of `list`, which may be other nodes': their indexes are kept apart, by what they are
    /// of and not by name.
    Repositories(const Settings&, Format, Say, std::vector<Repository> list);

    bool any() const { return !list_.empty(); }
    /// Fetch the metadata that is older than the setting `refresh`. One that cannot be had is
    /// replaced by what was fetched last, with a warning; Error(69) when there is nothing and it
    /// may not be skipped. One program at a time: the next waits as long as for a run, then
    /// Error(75).
    void refresh();
    /// For the guards.
    std::vector<Source> sources() const;
    /// The groups of packages that they define, together.
    Groups groups() const;
    /// Add all to the universe.
    void load(solv::Universe&) const;
    const std::string& name(int repository) const { return list_[size_t(repository)].name; }
    /// Where a package is, for the operation that needs it.
    FileSource source(const solv::Offer&) const;
    /// What is asked of a package file that none of them lists any more: a signature of a key of
    /// theirs, where any asks for one.
    FileSource unlisted() const;
    /// Of packages: the node's own first.
    const std::vector<std::string>& arches() const { return arches_; }

private:
    /// What is known of the metadata we have.
    struct State {
        long fetched = 0, made = 0;
        size_t packages = 0;
        size_t protocol = 0;     ///< which of its URLs answered
        bool reluctant = false;  ///< asks not to be taken from unless nobody else has it
        std::string base, checksum, trust;
    };
    Repositories(const Settings&, Format, Say, std::vector<Repository> list, bool own);
    std::string dir(const Repository&) const;
    State read_state(const Repository&) const;
    void write_state(const Repository&, const State&) const;
    bool fresh(const State&) const;
    /// Drop the indexes of `list`s that nobody has asked for lately.
    void forget_unused() const;
    /// Replace the index by one of this metadata; answers how many packages it has.
    size_t make_index(const Repository&, const State& before, const std::string& metadata) const;
    /// What is taken: where a line has a wildcard, the best priority.
    int priority(size_t repository) const;
    /// Error when this URL does not give it.
    State fetch(const Repository&, size_t protocol, const State& before) const;
    State fetch_rpm(const Repository&, size_t protocol, const State& before) const;
    /// The Packages index of one folder, in the first compression that `release` lists, or the
    /// server has.
    ///   had   how many packages the repository had before
    std::string get_packages(const Repository&, size_t protocol, const std::string& folder,
                             const std::string& release, size_t had) const;
    State fetch_deb(const Repository&, size_t protocol, const State& before) const;
    /// The text of the Release of a Debian repository; empty when there is none, which only
    /// unsigned ones may lack.
    std::string release(const Repository&, size_t protocol, const std::string& folder) const;
    std::vector<std::string> keys(const Repository&, size_t protocol) const;
    void get(const Repository&, size_t protocol, const std::string& path, const std::string& file,
             const std::string& algorithm = {}, const std::string& checksum = {}) const;

    const Settings& settings_;
    bool own_;           ///< this node's
    std::string place_;  ///< the folder of their folders
    Format format_;
    Say say_;
    std::vector<std::string> arches_;
    mutable Proxies proxies_;
    std::vector<Repository> list_;
    std::vector<State> states_;
};

}  // namespace weft::spm
