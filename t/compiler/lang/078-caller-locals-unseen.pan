object template 078-caller-locals-unseen;
function f = x;
'/x' = { x = 5; f(); };
