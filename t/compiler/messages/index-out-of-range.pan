object template index-out-of-range;

variable DISKS = list('sda', 'sdb');
'/boot' = DISKS[2];
