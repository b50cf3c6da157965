object template choice;

include 'site/types';

bind '/service' = service;
'/service' = dict('port', 80, 'protocol', 'tpc');
