// A build that makes again only what is out of date: the dependency store as a file beside the
// outputs.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/file.hh"
#include "compiler/output/output.hh"
#include "compiler/reuse/depstore.hh"
#include "compiler/reuse/load_path.hh"

namespace weft::compiler {

class Incremental {
public:
    /// Reads the store of the output folder (".panc.deps"). None, or a damaged one, means that
    /// everything is out of date.
    ///   ignore   names of dependencies that never make anything out of date (a regular expression)
    Incremental(const Options&, std::vector<const Format*>, OutputOptions,
                const std::string& ignore);
    /// What is wrong with the store that was found; empty when nothing is.
    const std::string& warning() const { return warning_; }

    /// What is to be built of these files: files to parse, and objects by name.
    struct Plan {
        std::vector<std::string> files, objects;
    };
    Plan plan(const std::vector<std::string>& files);

    /// Why the object is out of date; nothing when it was only built because others need it. Thread
    /// safe.
    std::optional<std::string> why(const std::string& object);
    /// An object that was built, and its files that were written; of an object that failed none.
    /// Thread safe.
    void built(const Result&, const std::vector<Written>&, DiskSource&);
    /// Of each file of the plan what it held.
    void given(const std::vector<std::string>& files, const std::vector<Compiler::Files::Given>&,
               DiskSource&);
    /// Objects that were asked for and are up to date.
    size_t up_to_date() const { return up_to_date_; }
    /// Write the store, whole or not at all. Builds of other objects into the same folder at the
    /// same time lose nothing.
    void save();

private:
    std::optional<std::string> check(const std::string& object);
    /// Of what is in this file.
    const std::string& key_of(const std::string& file);

    std::string path_, warning_;
    Options options_;
    DiskSource disk_;  ///< in which load paths are looked for
    LoadPaths load_paths_{disk_};
    std::map<const LoadPath*, std::string> keys_;
    std::vector<const Format*> formats_;
    OutputOptions output_;
    bool always_;                 ///< debug() prints only when its object is built
    std::optional<Stamp> stamp_;  ///< of the store that was read
    std::mutex lock_;
    DependencyStore store_;
    std::map<std::string, std::optional<std::string>> why_;
    size_t up_to_date_ = 0;
};

}  // namespace weft::compiler
