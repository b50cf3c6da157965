object template undefined-variable;

variable DEFAULT_ROUTER = '10.1.0.1';
'/system/network/gateway' = DEFAULT_ROUTR;
