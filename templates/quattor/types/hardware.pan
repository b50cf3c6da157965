@{ desc = Types of /hardware: what the node is made of }
declaration template quattor/types/hardware;

include 'pan/types';
include 'quattor/functions/hardware';
include 'quattor/types/annotation';
include 'quattor/physdevices';

type structure_ram = {
    include structure_annotation
    @{ desc = size of the module in MB }
    'size' : long(1..)
    'data_rate' ? string
};

type structure_cpu = {
    include structure_annotation
    @{ desc = clock rate in MHz }
    'speed' : long(1..)
    'cores' : long(1..) = 1
    @{ desc = threads of all cores together }
    'max_threads' ? long(1..)
    'arch' ? cpu_architecture
} with {
    if (exists(SELF['max_threads']) && SELF['max_threads'] < SELF['cores'])
        error('a processor with %d cores cannot have only %d threads', SELF['cores'], SELF['max_threads']);
    true;
};

type structure_nic = {
    include structure_annotation
    'hwaddr' : type_hwaddr
    'driver' ? string
    'media' ? string
    'name' ? string
    'pxe' ? boolean
    @{ desc = the node boots and installs from this card }
    'boot' ? boolean
    @{ desc = in Mbit/s }
    'maxspeed' ? long(1..)
};

type structure_pci = {
    'vendor' ? long
    'device' ? long
    'class' ? long
};

type structure_bmc = {
    include structure_annotation
    'hwaddr' ? type_hwaddr
};

type structure_raid = {
    include structure_annotation
    'bbu' ? boolean
    'numberports' : long(1..)
    @{ desc = in MB }
    'cache' ? long(0..)
    'ports' : structure_raidport{}
    'pci' ? structure_pci
} with {
    if (length(SELF['ports']) > SELF['numberports'])
        error('%d disks on a controller with %d ports', length(SELF['ports']), SELF['numberports']);
    true;
};

type structure_gpu = {
    include structure_annotation
    'driver' ? string
    'pci' ? structure_pci
    'ram' ? structure_ram
};

type structure_cards = {
    @{ desc = by the name of the interface }
    'nic' : structure_nic{}
    'raid' ? structure_raid{}
    'sas' ? structure_raid{}
    'sata' ? structure_raid{}
    'bmc' ? structure_bmc[]
    'gpu' ? structure_gpu[]
} with {
    # Two cards with one address would answer for each other.
    seen = dict();
    boot = 0;
    foreach (name; nic; SELF['nic']) {
        address = to_lowercase(replace('-', ':', nic['hwaddr']));
        if (exists(seen[escape(address)]))
            error('cards %s and %s have the same address %s', seen[escape(address)], name, address);
        seen[escape(address)] = name;
        if (exists(nic['boot']) && nic['boot']) boot = boot + 1;
    };
    if (boot > 1) error('%d cards have boot = true, there can be one', boot);
    true;
};

type structure_serial_console = {
    'speed' ? long
    'unit' ? long(0..)
    'word' ? long(7..8)
    'parity' ? choice('n', 'e', 'o')
};

type structure_network_console = {
    'fqdn' ? type_fqdn
    'hwaddr' : type_hwaddr
};

type structure_console = {
    'serial' ? structure_serial_console
    'ipmi' ? structure_network_console
    'bmc' ? structure_network_console
    'preferred' ? string[]
};

type structure_benchmark = {
    'hepscore23' ? double
    @{ desc = Gflops }
    'HPL' ? double
    @{ desc = MB/s, triad }
    'stream' ? double
};

type structure_bios = {
    'version' : string
    'releasedate' : type_isodate
    'bootmode' ? choice('uefi', 'bios')
};

@{ desc = /hardware }
type structure_hardware = {
    include structure_annotation
    'cpu' ? structure_cpu[]
    'ram' ? structure_ram[]
    'bios' ? structure_bios
    'cards' ? structure_cards
    'console' ? structure_console
    'harddisks' ? structure_raidport{}
    'benchmarks' ? structure_benchmark
    'nodename' ? type_shorthostname
    'procured' ? type_isodate
    @{ desc = name of the rack and lowest unit in it }
    'rack' ? {
        'name' : string
        'unit' ? long(1..60)
    }
};
