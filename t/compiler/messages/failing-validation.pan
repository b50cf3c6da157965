object template failing-validation;

include 'site/checks';

bind '/network' = network;
'/network/address' = '10.1.2.3';
'/network/gateway' = '10.2.0.1';
