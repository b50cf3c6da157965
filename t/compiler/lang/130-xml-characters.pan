object template 130-xml-characters;
'/cr' = "cr\r";
'/nul' = "\x00";
'/nel' = "\x85";
'/signs' = "a<b>c&d\"e'";
'/tab' = "a\tb\nc";
