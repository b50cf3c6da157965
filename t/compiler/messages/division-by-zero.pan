object template division-by-zero;

variable CORES = 0;
'/slots' = 128 / CORES;
