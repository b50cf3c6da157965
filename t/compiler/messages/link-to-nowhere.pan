object template link-to-nowhere;

type disk = { 'size' : long };
bind '/boot' = disk*;
'/disks/sda/size' = 500;
'/boot' = '/disks/sdb';
