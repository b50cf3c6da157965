object template site/neighbour;

'/name' = 'b';
