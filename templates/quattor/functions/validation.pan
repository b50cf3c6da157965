@{ desc = Checks that need more than one subtree of a profile }
declaration template quattor/functions/validation;

include 'pan/functions';

@{ desc = every Ethernet interface of /system/network that comes up at boot has a card in \
 /hardware/cards/nic }
function interfaces_have_cards = {
    cards = value('/hardware/cards/nic', dict());
    foreach (name; interface; value('/system/network/interfaces')) {
        physical = interface['type'] == 'Ethernet' && interface['onboot'] &&
            !(exists(interface['vlan']) && interface['vlan']) && !exists(interface['plugin']['vxlan']);
        device = if (exists(interface['device'])) interface['device'] else name;
        if (physical && !exists(cards[device]))
            error('interface %s has no card %s in /hardware/cards/nic', name, device);
    };
    true;
};

@{ desc = every physical device of /system/blockdevices is a disk of /hardware/harddisks }
function disks_exist = {
    foreach (name; disk; value('/system/blockdevices/physical_devs', dict())) {
        if (!exists('/hardware/harddisks/' + name))
            error('block device %s is no disk of /hardware/harddisks', name);
    };
    true;
};

@{ desc = the kernel the node is to boot is one of its packages, where packages are listed with \
 versions }
function kernel_is_installed = {
    if (!exists('/system/kernel/version') || !exists('/software/packages')) return(true);
    version = value('/system/kernel/version');
    foreach (i; name; list('kernel', 'kernel-core', 'linux-image-' + version)) {
        path = '/software/packages/' + escape(name);
        if (exists(path + '')) {
            versions = value(path);
            if (length(versions) == 0 || name == 'linux-image-' + version || exists(versions[escape(version)])) return(true);
        };
    };
    error('kernel %s is to be booted and in no package of /software/packages', version);
};

@{ desc = the names in a dict are escaped absolute file names }
function valid_absolute_file_paths = {
    foreach (name; entry; ARGV[0]) {
        if (!is_absolute_file_path(unescape(name)))
            error('%s is no absolute file name', unescape(name));
    };
    true;
};
