object template include-of-object;

include 'site/neighbour';
