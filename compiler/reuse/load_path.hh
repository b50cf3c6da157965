// Which folders the names in an object's templates are looked for in: said by files beside the
// templates, the nearest above the object's own counts. The rules: man/loadpath.5
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/text/source.hh"

namespace weft::compiler {

struct LoadPath {
    std::string file;                  ///< what says so
    std::vector<std::string> folders;  ///< in the order in which they are looked into
    std::vector<std::string> missing;  ///< entries of the file that are no folders now
    friend bool operator==(const LoadPath&, const LoadPath&) = default;
};

/// The load paths of one tree of files. Not thread safe.
class LoadPaths {
public:
    explicit LoadPaths(Source& source) : source_(source) {}
    /// That of the templates in a folder; nullptr when no file at or above it says one. Lives until
    /// forget(). Error(65) with the line when the file is wrong.
    const LoadPath* of(const std::string& folder);
    /// Files may have changed.
    void forget() { known_.clear(); }

private:
    using Known = std::shared_ptr<const LoadPath>;
    Known find(const std::string& folder);
    std::string there(const std::string& folder, std::string_view name);
    Known listed(const std::string& file);
    Known cluster(const std::string& folder, const std::string& own, const std::string& group);

    Source& source_;
    std::map<std::string, Known> known_;  ///< by folder
};

/// Says the load paths of all clusters in its folder.
inline constexpr std::string_view group_properties = "cluster.group.build.properties";
/// Can a file of this name (the last step of the path counts) say a load path?
bool says_load_path(std::string_view path);

/// The path without empty and "." steps, and with ".." followed. Nothing left: "/" or ".".
std::string normal_path(std::string_view path);
/// The folder a file or folder is in; "/" is in itself, and so is ".".
std::string folder_of(std::string_view path);

}  // namespace weft::compiler
