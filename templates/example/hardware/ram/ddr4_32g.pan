structure template hardware/ram/ddr4_32g;

'size' = 32 * GB;
'data_rate' = 'DDR4-3200';
