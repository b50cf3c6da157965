object template bad-number;

'/mode' = 0789;
