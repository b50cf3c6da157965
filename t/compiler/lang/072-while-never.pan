object template 072-while-never;
'/x' = { while (false) 1 };
