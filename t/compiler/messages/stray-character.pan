object template stray-character;

'/price' = $5;
'/half' = .5;
