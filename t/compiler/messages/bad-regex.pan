object template bad-regex;

variable HOST = 'lxb001';
'/rack' = match(HOST, '^lx(b[0-9]+$');
