object template 126-objects-validate-each-other;
'/x' = 5;
valid '/x' = SELF == value('lib/friend:/x');
