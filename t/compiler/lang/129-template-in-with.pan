object template 129-template-in-with;
bind '/x' = long with TEMPLATE == 'a';
'/x' = 1;
