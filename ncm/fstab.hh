// /etc/fstab: its entries among the lines that stay, and the mounts that follow from a change.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ncm/component.hh"

namespace weft::ncm {

/// One entry; blanks in its fields are written as fstab(5) wants them.
struct Mount {
    std::string device, point, type, options = "defaults";
    long freq = 0, pass = 0;
    bool swap() const { return type == "swap"; }
    bool auto_mounted() const;
    /// The same place: the mount point, of swap the device.
    bool same_place(const Mount& o) const {
        return swap() ? o.swap() && device == o.device : !o.swap() && point == o.point;
    }
    friend bool operator==(const Mount&, const Mount&) = default;
};

/// The file as lines, some of which are entries.
class Fstab {
public:
    explicit Fstab(std::string_view text);
    std::vector<Mount> mounts() const;
    /// In the place of the entry for the same place, else at the end. An equal entry keeps its line
    /// as it is.
    void put(const Mount&);
    void remove(const Mount&);
    std::string text() const;

private:
    struct Line {
        std::string raw;
        std::vector<Mount> mount;  ///< one or none
    };
    std::vector<Line> lines_;
};

/// Write the file, with the old one beside it; then take away what left it (by `umount` with the
/// given words), make mount points and mount or remount what is new or other.
void apply_fstab(Run&, const Fstab&, const std::vector<std::string>& umount);

/// What components fstab and filesystems do, by the settings of the first: the entries of
/// /system/filesystems; of others only those under `keep` (mounts, fs_types) stay, and those under
/// `static` are not changed.
void configure_filesystems(Run&, View settings);

}  // namespace weft::ncm
