object template wrong-key;

'/files' = dict('/etc/motd', 'hello');
