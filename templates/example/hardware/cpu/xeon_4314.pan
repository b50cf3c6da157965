structure template hardware/cpu/xeon_4314;

'manufacturer' = 'Intel';
'model' = 'Xeon Silver 4314';
'speed' = 2400 * MHz;
'cores' = 16;
'max_threads' = 32;
'arch' = 'x86_64';
