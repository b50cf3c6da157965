object template 007-single-quotes;
'/x' = 'it''s';
'/y' = length('a\n');
