object template 092-replace;
'/x' = replace('(\w)(\d)', '$2$1', 'a1b2');
'/named' = replace('(?<l>\w)(\d)', '${l}\$', 'a1b2');
