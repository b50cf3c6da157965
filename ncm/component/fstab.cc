// fstab: the file systems of the profile in /etc/fstab, and mounted.
#include "ncm/fstab.hh"

namespace weft::ncm {

static void configure_fstab(Run& run) { configure_filesystems(run, run.config()); }

extern const Component fstab_component{
    .name = "fstab",
    .about = "the file systems of the profile in /etc/fstab, their mount points, and mounts",
    .watch = {"/system/filesystems", "/system/blockdevices"},
    .configure = configure_fstab};

}  // namespace weft::ncm
