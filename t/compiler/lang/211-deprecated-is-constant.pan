object template 211-deprecated-is-constant;

# As the whole of a value it is true, whatever its arguments are: they are not looked at.
'/x' = deprecated(0, NOSUCH['key']);
