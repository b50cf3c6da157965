object template 102-substitute-default;
'/x' = substitute('${A:-text}');
