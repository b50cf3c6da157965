// What should be installed: the target file of spma-target(5), as lines of text or as JSON, and the
// managed list.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "spm/package.hh"

namespace weft::spm {

/// Words after the fields of a target line.
enum Flag : unsigned {
    mandatory = 1,    ///< ISMANDATORY: install, whatever the users' packages say
    unwanted = 2,     ///< ISUNWANTED: remove what matches
    locked = 4,       ///< LOCKED: never touch what matches
    held = 8,         ///< HELD: present, in whatever version it has
    if_present = 16,  ///< IFPRESENT: correct the version, do not install
};

struct Wanted {
    std::string url;  ///< the folder or URL that holds the file; empty: whichever repository has it
    Package package;  ///< may hold wildcards
    unsigned flags = 0;
    int line = 0;  ///< in the target file; 0: not from one
    std::string group =
        {};  ///< the group that names it; such a package may be missing from all repositories
    bool is(Flag f) const { return flags & f; }
    bool operator==(const Wanted& o) const {
        return url == o.url && package == o.package && flags == o.flags;
    }
};

using Target = std::vector<Wanted>;

/// Read a target, text or JSON (the first character tells). Error(65) with file, line, column and a
/// hint for what is no target: too few fields, unknown flags, a wildcard where it cannot mean
/// anything, contradictions.
Target parse_target(std::string_view text, const std::string& file);
std::string target_text(const Target&);
std::string target_json(const Target&);

/// Packages of groups: "core/mandatory" -> names. A line whose name is "@core/mandatory" asks for
/// them all.
using Groups = std::map<std::string, std::vector<std::string>, std::less<>>;
/// Does some line name a group?
bool names_groups(const Target&);
/// The target with its groups' packages instead of the lines that name groups; a package that has a
/// line of its own keeps to that. Error(65) for a group that is not known.
Target expand_groups(const Target&, const Groups&);

/// The managed list: "name version release arch" a line. Lines that are none are Error(65).
std::vector<Package> parse_packages(std::string_view text, const std::string& file);
std::string packages_text(const std::vector<Package>&);

/// "-" stands for an empty field.
std::string field(std::string_view);
/// The words of a line between blanks.
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace weft::spm
