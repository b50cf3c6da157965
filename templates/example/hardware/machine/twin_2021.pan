@{ desc = Worker node bought in 2021: two 16-core processors, 256 GB, one SSD for the system, one \
 NVMe for scratch }
structure template hardware/machine/twin_2021;

'manufacturer' = 'Supermicro';
'model' = 'AS-2124BT';
'procured' = '2021-05-17';
'support' = '2026-12-31';
'bios/version' = '2.4';
'bios/releasedate' = '2022-03-02';
'bios/bootmode' = 'uefi';
'cpu' = list(create('hardware/cpu/epyc_7313'), create('hardware/cpu/epyc_7313'));
'ram' = {
    for (slot = 0; slot < 16; slot = slot + 1) modules[slot] = create('hardware/ram/ddr4_16g');
    modules;
};
'harddisks/sda' = create('hardware/harddisk/ssd_480g', 'boot', true);
'harddisks/nvme0n1' = create('hardware/harddisk/nvme_1920g');
'cards/nic/eth0' = create('hardware/nic/ten_gigabit', 'boot', true, 'pxe', true);
'cards/nic/eth1' = create('hardware/nic/ten_gigabit', 'boot', false);
'benchmarks/hepscore23' = 612.4;
