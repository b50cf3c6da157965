object template misnamed;

'/x' = 1;
