object template out-of-range;

include 'site/types';

bind '/service' = service;
prefix '/service';
'port' = 80000;
