object template create-of-ordinary;

'/disk' = create('site/policy');
