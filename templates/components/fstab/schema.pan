@{ desc = The file systems of the node: ncm-fstab(8). What they shall be is /system/filesystems }
declaration template components/fstab/schema;

include 'quattor/types/component';

type fstab_protected_entries = {
    @{desc = by mount point}
    'mounts' : string[] = list(
        '/', '/usr', '/home', '/opt', '/var', '/var/lib', '/var/lib/rpm', '/usr/bin', '/usr/sbin', '/usr/lib',
        '/usr/local/bin', '/usr/lib64', '/bin', '/sbin', '/etc', 'swap', 'none', '/proc', '/sys', '/dev/pts', '/dev/shm',
        '/media/floppy', '/mnt/floppy', '/media/cdrecorder', '/media/cdrom', '/mnt/cdrom', '/boot', '/boot/efi',
    )
    @{desc = by type}
    'fs_types' ? string[]
};

type component_fstab = {
    include structure_component
    @{desc = entries that stay when the profile does not have them}
    'keep' : fstab_protected_entries = dict()
    @{desc = entries that are not changed}
    'static' ? fstab_protected_entries
    'protected_mounts' ? string[] with {
        deprecated(0, 'protected_mounts is now keep/mounts');
        true;
    }
};

bind '/software/components/fstab' = component_fstab;
