// Paths of a system that lies below a folder, as if by chroot: an image being built, a test's
// scratch folder.
#pragma once
#include <sys/types.h>
#include <optional>
#include <string>
#include <string_view>

namespace weft::ncm {

/// Where `path` really is: its symbolic links are followed as the system below `root` would follow
/// them, so that nothing leads out. The last step need not exist and, with `keep_last`, is not
/// followed. Error(74) for links in a circle.
std::string resolve_below(const std::string& root, std::string_view path, bool keep_last = false);

/// The same without a root, too, where resolve_below() leaves links to the system.
std::string follow_links(const std::string& root, std::string_view path);

/// A user's or group's number by the system's own /etc/passwd and /etc/group (root empty: by the
/// name service); a number stands for itself.
std::optional<uid_t> user_number(const std::string& root, const std::string& name);
std::optional<gid_t> group_number(const std::string& root, const std::string& name);

}  // namespace weft::ncm
