object template 069-foreach-deletes;
'/x' = { l = list(1,2,3,4); foreach (k; v; l) { delete(l[k]); }; l };
