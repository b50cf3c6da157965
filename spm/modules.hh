// Module streams: which packages of a repository count depends on the stream that a node chose.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "spm/package.hh"

namespace weft::spm {

/// One stream of a module, as a repository has it.
struct ModuleStream {
    std::string name, stream;
    bool by_default = false;            ///< where the node chose none
    std::vector<std::string> packages;  ///< "name-epoch:version-release.arch"
};

/// Those of a modules.yaml. Error(65) when it is damaged.
std::vector<ModuleStream> parse_modules(std::string_view text, const std::string& name);

/// One a line: "name stream default|- package ...".
std::string modules_text(const std::vector<ModuleStream>&);
std::vector<ModuleStream> read_modules_text(std::string_view text);

/// What dnf lets through: no package of a stream that is not chosen; and beside the packages of
/// streams that are, no other of their names, but from repositories that bring hotfixes.
///   chosen   the folder in which dnf keeps what the node chose, a file [name] stream= state= a
///   module answers  whether a package is hidden; the bool says that its repository brings hotfixes
std::function<bool(const Package&, bool hotfixes)> hidden_by_modules(
    const std::vector<ModuleStream>&, const std::string& chosen);

}  // namespace weft::spm
