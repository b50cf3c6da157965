@{ desc = Functions that read /hardware }
declaration template quattor/functions/hardware;

@{ desc = cores of the node, all processors together }
function get_num_of_cores = {
    cores = 0;
    foreach (i; cpu; value('/hardware/cpu')) cores = cores + (if (exists(cpu['cores'])) cpu['cores'] else 1);
    cores;
};

@{ desc = memory of the node in MB, all modules together }
function get_total_ram = {
    size = 0;
    foreach (i; module; value('/hardware/ram')) size = size + module['size'];
    size;
};

@{ desc = capacity of all disks of the node in MB }
function get_total_disk = {
    size = 0;
    foreach (name; disk; value('/hardware/harddisks')) size = size + disk['capacity'];
    size;
};
