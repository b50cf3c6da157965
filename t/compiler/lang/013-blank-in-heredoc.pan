object template 013-blank-in-heredoc;
'/x' = << A;
A
