// A package as every packager names it: name, [epoch:]version, release, architecture; and how two
// versions compare.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace weft::spm {

/// Whose rules versions follow, and how package files are named.
enum class Format { rpm, deb, pkg };

std::string_view format_name(Format);

/// This machine's architecture in the words of the format: x86_64, amd64.
std::string native_arch(Format);

/// One package, or (in a target) a pattern for packages: '*' and '?' in any field but the epoch.
struct Package {
    std::string name;
    std::string version;  ///< with its epoch when it has one: "2:1.0"
    std::string release;  ///< empty where the format has none (a native Debian package)
    std::string arch;

    std::string evr() const;   ///< "2:1.0-3"
    std::string text() const;  ///< "name-2:1.0-3.x86_64", as messages name it
    bool is_pattern() const;   ///< some field holds a wildcard
    bool operator==(const Package&) const = default;
    auto operator<=>(const Package&) const = default;
};

/// What a package may be called in a pattern of dnf's: by how much of it, with and without the
/// epoch.
std::vector<std::string> names_of(const Package&);

/// The name of its file: name-version-release.arch.rpm, name_version-release_arch.deb,
/// name-version-release.arch.pkg; no epoch.
std::string file_name(const Package&, Format);

/// `*` any text, `?` one character.
bool glob(std::string_view pattern, std::string_view text);

/// Negative, 0 or positive, as "[epoch:]version[-release]" a is older than, as new as or newer than
/// b. By the rules of the format, by the function of its own library: librpm's for rpm (and for
/// pkg, which has none), libapt-pkg's for deb. A missing epoch is 0.
int compare_evr(std::string_view a, std::string_view b, Format);

/// Is `p` what the line `pattern` means? Wildcards match text; exact versions match when they
/// compare equal; a pattern without an epoch does not ask for one, because file names do not tell
/// it.
bool matches(const Package& pattern, const Package& p, Format);
/// The same for name and architecture alone.
bool matches_name(const Package& pattern, const Package& p);

}  // namespace weft::spm
