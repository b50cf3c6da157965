object template missing-field;

include 'site/types';

bind '/hosts' = host{};
'/hosts/web/services/http/name' = 'http';
'/hosts/web/name' = 'web';
