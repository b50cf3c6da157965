object template 139-xml-blanks;
'/x' = "  two blanks\n  and lines  ";
