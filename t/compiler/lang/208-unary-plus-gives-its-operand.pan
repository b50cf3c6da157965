object template 208-unary-plus-gives-its-operand;

# A string that goes on in the next line, as library templates write it.
'/options' = {
    tail = ' -mode strict';
    'run -level 3' +
        +tail;
};
'/boolean' = { b = true; +b };
'/list' = { l = list('a'); m = +l; append(m, 'b'); l };
'/number' = { n = 3; - (+n) };
'/undef' = { u = undef; is_defined(+u) };
'/null' = 1;
'/null' = { n = null; +n };
'/function' = +to_string(5);
'/parentheses' = + (OBJECT);

function change = { ARGV[0]['changed'] = true; 0 };
'/argument' = { d = dict(); change(+d); d };

'/self/a' = 1;
'/self' = { s = +SELF; s['b'] = 2; +SELF };
bind '/list' = string[];
