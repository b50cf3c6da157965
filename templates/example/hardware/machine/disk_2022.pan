@{ desc = File server bought in 2022: two SSDs for the system, twelve disks behind a RAID controller }
structure template hardware/machine/disk_2022;

'manufacturer' = 'HPE';
'model' = 'Apollo 4200';
'procured' = '2022-02-28';
'support' = '2027-02-28';
'bios/version' = 'U47 2.50';
'bios/releasedate' = '2022-01-13';
'bios/bootmode' = 'uefi';
'cpu' = list(create('hardware/cpu/xeon_4314'));
'ram' = {
    for (slot = 0; slot < 4; slot = slot + 1) modules[slot] = create('hardware/ram/ddr4_32g');
    modules;
};
'harddisks' = {
    disks['sda'] = create('hardware/harddisk/ssd_480g', 'boot', true);
    disks['sdb'] = create('hardware/harddisk/ssd_480g');
    foreach (i; letter; list('c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'))
        disks['sd' + letter] = create('hardware/harddisk/sas_16t');
    disks;
};
'cards/nic/eth0' = create('hardware/nic/hundred_gigabit', 'boot', true, 'pxe', true);
'cards/nic/eth1' = create('hardware/nic/hundred_gigabit', 'boot', false);
