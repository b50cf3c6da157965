object template 121-undef-in-element;
bind '/x' = element;
'/x/y' = undef;
