object template unterminated-heredoc;

'/motd' = <<EOF;
Welcome to the cluster.
 EOF
'/name' = 'lxb001';
