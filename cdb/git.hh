// A git repository as commits for the database, read by running git.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/process.hh"
#include "cdb/records.hh"

namespace weft::cdb {

struct GitFile {
    std::string path;
    std::string before, after;  ///< git's own names of the contents; empty: no such file
};

struct GitCommit {
    std::string id;
    std::string author, comment;  ///< "Anna Example <anna@example.org>"
    int64_t time = 0;
    std::vector<GitFile> files;  ///< against the commit before it in the list
};

class GitRepository {
public:
    /// `dir` empty: the one git finds by itself, as in a hook.
    explicit GitRepository(std::string dir) : dir_(std::move(dir)) {}

    /// The commit a name stands for; Error(65).
    std::string commit(const std::string& name) const;
    /// False also when it does not have one of them.
    bool is_ancestor(const std::string& older, const std::string& newer) const;
    /// What leads from `from` (empty: from nothing) to `to`, along the first parents, oldest first.
    /// What links within the tree lead to is a file as any other.
    ///   skipped   a line for each other link, and each submodule
    std::vector<GitCommit> commits(const std::string& from, const std::string& to,
                                   std::vector<std::string>& skipped) const;
    /// The contents of these names, in their order.
    std::vector<std::string> contents(const std::vector<std::string>& ids) const;

private:
    bool has_links(const std::string& tree) const;
    std::map<std::string, std::string> files(const std::string& tree,
                                             std::set<std::string>& odd) const;
    void follow(std::vector<GitCommit>&, const std::string& first_tree,
                std::set<std::string>& odd) const;
    ProcessResult run(const std::vector<std::string>& words, std::string input) const;
    std::string git(const std::vector<std::string>& words, std::string input = {}) const;
    std::string dir_;
};

}  // namespace weft::cdb
