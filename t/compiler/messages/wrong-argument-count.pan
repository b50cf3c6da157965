object template wrong-argument-count;

'/name' = substr('lxb001');
