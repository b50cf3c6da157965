object template 011-two-heredocs;
'/x' = list(<<A, <<B);
first
A
second
B
