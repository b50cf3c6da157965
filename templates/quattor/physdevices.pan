@{ desc = Disks as hardware: what is plugged into which port }
declaration template quattor/physdevices;

include 'quattor/types/annotation';

type structure_raidport = {
    include structure_annotation
    @{ desc = size in MB }
    'capacity' : long(1..)
    'interface' : choice('sata', 'sas', 'scsi', 'ide', 'nvme', 'virtio')
    'boot' ? boolean
    @{ desc = what stands between disk and partition number, as the p of nvme0n1p1 }
    'part_prefix' : string = ''
};
