object template 076-null-exists;
'/x' = { x = null; exists(x) };
'/y' = { x = null; is_defined(x) };
