object template 085-return-ends;
'/x' = return(1) + 2;
'/y' = 5;
'/y' = { return(null) };
