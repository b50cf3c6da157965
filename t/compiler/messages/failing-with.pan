object template failing-with;

include 'site/checks';

bind '/slots' = even[];
'/slots' = list(2, 4, 7);
