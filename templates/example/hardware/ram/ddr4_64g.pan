structure template hardware/ram/ddr4_64g;

'size' = 64 * GB;
'data_rate' = 'DDR4-3200';
