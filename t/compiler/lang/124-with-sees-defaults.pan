object template 124-with-sees-defaults;
bind '/y' = long = 7;
bind '/x' = long with SELF == value('/y');
'/x' = 7;
