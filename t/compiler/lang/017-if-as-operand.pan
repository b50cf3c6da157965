object template 017-if-as-operand;
'/x' = 1 + if (true) 2 else 3;
