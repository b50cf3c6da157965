# options: --max-iteration 5
object template 083-within-iteration-limit;
'/x' = { i = 0; while (i < 5) { i = i + 1; }; length(OBJECT); };
