object template misspelt-user-type;

type service_port = long(1..65535);
bind '/port' = servise_port;
'/port' = 80;
