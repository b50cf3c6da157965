object template 107-create-and-null;
'/x' = create('lib/struct', 'k', null, 'n', 5);
