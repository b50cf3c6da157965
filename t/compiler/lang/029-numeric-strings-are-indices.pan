object template 029-numeric-strings-are-indices;
'/x' = { y["0"] = 1; y["1"] = 2; exists('/'); y; };
