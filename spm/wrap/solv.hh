// libsolv, met here alone: what repositories offer, and whether a wanted set holds together. One
// solver for rpm and Debian packages; its own indexes load in milliseconds.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spm/plan.hh"
#include "spm/plugin.hh"

struct s_Pool;
struct s_Repo;

namespace weft::spm::solv {

/// The parts of a repomd.xml that matter here. Error(65) when it is none, or names no primary
/// index.
struct RepoMd {
    std::string location;  ///< of the primary index, relative to the repository
    std::string algorithm, checksum;
    long timestamp = 0;
    std::string groups, groups_algorithm,
        groups_checksum;  ///< of the packages' groups; empty: it has none
    std::string modules, modules_algorithm, modules_checksum;  ///< of module streams; the same
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
    std::string base;      ///< or to this URL
    uint64_t size = 0;
    std::string algorithm, checksum;
};

/// What of a repository counts. A pattern means a package by any of its names: `name`, `name.arch`,
/// `name-version`, `name-version-release`, the two with `.arch`, and all of these with the epoch.
struct Filter {
    std::vector<std::string> include, exclude;
    std::function<bool(const Package&)> hidden = {};  ///< besides; none: nothing is
};

class Universe {
public:
    /// `arches`: of the node, as its package system calls them, its own first. rpm needs no other:
    /// it knows which go together.
    Universe(Format, const std::vector<std::string>& arches);
    ~Universe();

    /// The installed packages with what they require and provide, from the package database: those
    /// of `list`, which is the packager's, that are whole. What is half installed or left its
    /// configuration behind is not there.
    ///   cache   a file that remembers what was read: only packages that are new since are read
    ///   again (rpm); "" for none
    void add_installed(const PluginCall&, const std::string& cache,
                       const std::vector<Installed>& list);
    /// `priority` as in the profile: 1 goes before 99. Answers how many packages it holds.
    size_t add_index(int repository, const std::string& index, int priority, const Filter&);
    /// Package files on this machine; false for one that cannot be read.
    bool add_file(const std::string& path);

    /// All that match, the best first: priority, then version, then architecture.
    std::vector<Offer> find(const Package& pattern) const;

    /// Every package that repositories offer.
    std::vector<Offer> all() const { return find({"*", "*", "*", "*"}); }

    /// The package of a repository that obsoletes this one (rpm); none: nothing does.
    std::optional<Offer> obsoleted_by(const Package&) const;

    struct Resolution {
        struct Addition {
            Offer offer;
            std::string why;           ///< "app-1-1.noarch needs lib >= 2"
            std::vector<Package> old;  ///< what is installed and makes way for it
        };
        std::vector<std::string>
            problems;                 ///< shortest explanations; not empty: there is no solution
        std::vector<Addition> added;  ///< needed besides
        std::vector<std::pair<Package, std::string>>
            removed;                  ///< would have to go besides, and why
        std::vector<Package> needed;  ///< of those that may stay: planned to go, and needed
        std::vector<Package>
            unknown;  ///< operations whose package nobody offers: nothing can be said
    };
    struct Rules {
        bool may_stay = false;  ///< packages that are not in the target need not go when others
                                ///< need them
        /// Does a package of this name, beside the operations, stay as it is (installed or not)?
        std::function<bool(const Package&, bool installed)> fixed = {};
        /// Those for whose names it needs to be asked; none: for all.
        std::function<bool(std::string_view name)> may_be_fixed = {};
    };
    /// Do the operations hold together with what is installed?
    Resolution resolve(const std::vector<Operation>&, const Rules&) const;

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

/// Debian's Multi-Arch, which libsolv reads and does not apply: says in names what each package of
/// the repository provides, needs and cannot be installed beside.
void spread_architectures(s_Pool*, s_Repo*, const std::vector<std::string>& arches);

}  // namespace weft::spm::solv
