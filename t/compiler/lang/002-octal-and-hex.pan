object template 002-octal-and-hex;
'/x' = 010 + 0x10;
