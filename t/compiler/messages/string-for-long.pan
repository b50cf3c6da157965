object template string-for-long;

include 'site/types';

bind '/service' = service;
'/service/port' = '8080';
