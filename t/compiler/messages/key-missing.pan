object template key-missing;

variable DISK = dict('capacity', 500, 'interface', 'sata');
'/size' = DISK['capasity'];
