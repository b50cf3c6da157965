structure template hardware/nic/ten_gigabit;

'manufacturer' = 'Broadcom';
'model' = 'BCM57416';
'driver' = 'bnxt_en';
'media' = 'Ethernet';
'maxspeed' = 10 * Gbps;
