object template 070-foreach-resets-key;
'/x' = { k = 'str'; foreach (k; v; list(1)) 1 };
