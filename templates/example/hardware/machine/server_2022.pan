@{ desc = Service node bought in 2022: two 16-core processors, 256 GB, two mirrored SSDs }
structure template hardware/machine/server_2022;

'manufacturer' = 'Dell';
'model' = 'PowerEdge R6525';
'procured' = '2022-06-10';
'support' = '2027-06-30';
'bios/version' = '2.8.5';
'bios/releasedate' = '2022-08-18';
'bios/bootmode' = 'uefi';
'cpu' = list(create('hardware/cpu/epyc_7313'), create('hardware/cpu/epyc_7313'));
'ram' = {
    for (slot = 0; slot < 4; slot = slot + 1) modules[slot] = create('hardware/ram/ddr4_64g');
    modules;
};
'harddisks/sda' = create('hardware/harddisk/ssd_480g', 'boot', true);
'harddisks/sdb' = create('hardware/harddisk/ssd_480g');
'cards/nic/eth0' = create('hardware/nic/ten_gigabit', 'boot', true, 'pxe', true);
'cards/nic/eth1' = create('hardware/nic/ten_gigabit', 'boot', false);
