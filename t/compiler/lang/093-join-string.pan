object template 093-join-string;
'/x' = join(',', 'a');
