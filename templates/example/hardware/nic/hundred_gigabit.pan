structure template hardware/nic/hundred_gigabit;

'manufacturer' = 'Mellanox';
'model' = 'ConnectX-5';
'driver' = 'mlx5_core';
'media' = 'Ethernet';
'maxspeed' = 100 * Gbps;
