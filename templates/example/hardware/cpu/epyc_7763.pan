structure template hardware/cpu/epyc_7763;

'manufacturer' = 'AMD';
'model' = 'EPYC 7763';
'speed' = 2450 * MHz;
'cores' = 64;
'max_threads' = 128;
'arch' = 'x86_64';
