@{ desc = Worker node bought in 2023: two 64-core processors, 512 GB, one SSD for the system, one \
 NVMe for scratch }
structure template hardware/machine/dense_2023;

'manufacturer' = 'Dell';
'model' = 'PowerEdge C6525';
'procured' = '2023-09-04';
'support' = '2028-09-30';
'bios/version' = '2.11.4';
'bios/releasedate' = '2023-07-20';
'bios/bootmode' = 'uefi';
'cpu' = list(create('hardware/cpu/epyc_7763'), create('hardware/cpu/epyc_7763'));
'ram' = {
    for (slot = 0; slot < 16; slot = slot + 1) modules[slot] = create('hardware/ram/ddr4_32g');
    modules;
};
'harddisks/sda' = create('hardware/harddisk/ssd_480g', 'boot', true);
'harddisks/nvme0n1' = create('hardware/harddisk/nvme_1920g');
'cards/nic/eth0' = create('hardware/nic/hundred_gigabit', 'boot', true, 'pxe', true);
'cards/nic/eth1' = create('hardware/nic/ten_gigabit', 'boot', false);
'benchmarks/hepscore23' = 2318.9;
