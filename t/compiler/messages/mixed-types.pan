object template mixed-types;

variable PORT = 8080;
'/url' = 'http://localhost:' + PORT + '/';
