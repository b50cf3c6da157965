object template misspelt-type;

type service = {
    'port' : lnog(1..65535)
    'user' ? string
};
bind '/service' = service;
'/service/port' = 80;
