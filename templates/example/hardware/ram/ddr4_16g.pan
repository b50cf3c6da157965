structure template hardware/ram/ddr4_16g;

'size' = 16 * GB;
'data_rate' = 'DDR4-3200';
