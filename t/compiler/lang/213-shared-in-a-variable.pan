object template 213-shared-in-a-variable;

# A variable keeps what its value shares; who reads it gets a copy.
function pair = { s = dict('k', 1); list(s, s) };
variable PAIR = pair();
'/before' = PAIR;
'/one' = PAIR[0];
'/gone_through' = { foreach (i; v; PAIR) v['k'] = i; PAIR };
'/first_and_next' = { l = list(); ok = first(PAIR, i, v); while (ok) { append(l, i); ok = next(PAIR, i, v) }; l };
variable PAIR = { SELF[0]['k'] = 2; SELF };
'/after' = PAIR;
'/after/0/k' = 3;
'/again' = PAIR;
