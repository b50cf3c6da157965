object template unterminated-string;

'/motd' = "Welcome to the cluster;
'/name' = "lxb001";
