object template 056-builtin-wins;
function append = 99;
'/x' = append(list(1), 2);
