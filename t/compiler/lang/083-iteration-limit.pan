# options: --max-iteration 5
object template 083-iteration-limit;
'/x' = { i = 0; while (i < 6) { i = i + 1; }; length(OBJECT); };
