object template 008-continued-line;
'/x' = "a\
  b";
