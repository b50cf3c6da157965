object template lib/friend;
'/x' = 5;
valid '/x' = SELF == value('126-objects-validate-each-other:/x');
