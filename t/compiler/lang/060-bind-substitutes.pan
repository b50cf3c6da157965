object template 060-bind-substitutes;
variable V = 'a/b';
bind '/x/{${V}}' = long;
'/x/{a/b}' = 'no';
