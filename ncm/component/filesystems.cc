// filesystems: as fstab, with the settings of that component.
#include "ncm/fstab.hh"

namespace weft::ncm {

static void configure_filesystems(Run& run) {
    if (run.config()["manage_blockdevs"].flag())
        run.warn(
            "manage_blockdevs: block devices are not made and not formatted by this component");
    configure_filesystems(run, View(run.extra("/software/components/fstab")));
}

extern const Component filesystems_component{
    .name = "filesystems",
    .about =
        "the file systems of the profile in /etc/fstab, and mounted; protected mounts are those of "
        "component fstab",
    .watch = {"/system/filesystems", "/system/blockdevices", "/software/components/fstab"},
    .configure = configure_filesystems};

}  // namespace weft::ncm
