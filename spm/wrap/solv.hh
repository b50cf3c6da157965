// libsolv, met here alone: what repositories offer, and whether a wanted set holds together. One
// solver for rpm and Debian packages; its own indexes load in milliseconds.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spm/plan.hh"
#include "spm/plugin.hh"

namespace weft::spm::solv {

/// The parts of a repomd.xml that matter here. Error(65) when it is none, or names no primary
/// index.
struct RepoMd {
    std::string location;  ///< of the primary index, relative to the repository
    std::string algorithm, checksum;
    long timestamp = 0;
    std::string groups, groups_algorithm,
        groups_checksum;  ///< of the packages' groups; empty: it has none
};
RepoMd read_repomd(const std::string& file);

/// Make libsolv's own index from a primary.xml (rpm) or a Packages file (deb), compressed or not.
/// Answers how many packages it holds; Error(65) when it is damaged.
size_t make_index(Format, const std::string& metadata, const std::string& index);

/// The text of a file compressed as its name says (.gz, .xz, .zst, .bz2), or not at all; at most 1
/// GB.
std::string read_compressed(const std::string& file);

/// The groups of a comps.xml, compressed or not; Error(65) when it is damaged.
Groups read_groups(const std::string& file);

/// A package that can be had.
struct Offer {
    Package package;
    int repository = -1;   ///< as given to add_index
    std::string location;  ///< of the file, relative to the repository
    uint64_t size = 0;
    std::string algorithm, checksum;
};

struct Filter {
    std::vector<std::string> include, exclude;  ///< names or name-version..., with wildcards
};

class Universe {
public:
    /// `arch`: of the node, as its package system calls it
    Universe(Format, const std::string& arch);
    ~Universe();

    /// The installed packages with what they require and provide, from the package database.
    ///   cache   a file that remembers what was read: only packages that are new since are read
    ///   again (rpm); "" for none
    void add_installed(const PluginCall&, const std::string& cache);
    /// `priority` as in the profile: 1 goes before 99. Answers how many packages it holds.
    size_t add_index(int repository, const std::string& index, int priority, const Filter&);
    /// Package files on this machine; false for one that cannot be read.
    bool add_file(const std::string& path);

    /// All that match, the best first: priority, then version, then architecture.
    std::vector<Offer> find(const Package& pattern) const;

    /// Every package that repositories offer.
    std::vector<Offer> all() const { return find({"*", "*", "*", "*"}); }

    struct Resolution {
        std::vector<std::string>
            problems;                  ///< shortest explanations; not empty: there is no solution
        std::vector<Offer> added;      ///< needed besides, with why
        std::vector<std::string> why;  ///< of each added one
        std::vector<Package> removed;  ///< would have to go besides
        std::vector<Package> needed;   ///< of those that may stay: planned to go, and needed
        std::vector<Package>
            unknown;  ///< operations whose package nobody offers: nothing can be said
    };
    /// Do the operations hold together with what is installed?
    ///   may_stay   packages that are not in the target need not go when others need them
    Resolution resolve(const std::vector<Operation>&, bool may_stay) const;

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

/// This machine's architecture in the words of the format: x86_64, amd64.
std::string native_arch(Format);

}  // namespace weft::spm::solv
