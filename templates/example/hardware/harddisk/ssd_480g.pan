structure template hardware/harddisk/ssd_480g;

'capacity' = 480 * GB;
'interface' = 'sata';
'model' = 'data centre SSD 480 GB';
