object template 125-link;
bind '/x' = long*;
'/x' = '/y';
'/y' = 5;
