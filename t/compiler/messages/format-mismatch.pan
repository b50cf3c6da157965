object template format-mismatch;

variable LOAD = 1.5;
'/text' = format('load %d', LOAD);
