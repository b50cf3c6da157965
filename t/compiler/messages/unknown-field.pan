object template unknown-field;

include 'site/types';

bind '/service' = service;
'/service/port' = 80;
'/service/protocal' = 'udp';
