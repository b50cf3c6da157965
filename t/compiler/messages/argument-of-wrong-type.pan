object template argument-of-wrong-type;

variable NAMES = 'lxb001';
'/names' = join(',', NAMES);
