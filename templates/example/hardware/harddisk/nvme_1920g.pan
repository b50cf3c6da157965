structure template hardware/harddisk/nvme_1920g;

'capacity' = 1920 * GB;
'interface' = 'nvme';
'part_prefix' = 'p';
'model' = 'data centre NVMe 1.92 TB';
