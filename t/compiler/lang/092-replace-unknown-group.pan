object template 092-replace-unknown-group;
'/x' = replace('(a)', '$2', 'bab');
