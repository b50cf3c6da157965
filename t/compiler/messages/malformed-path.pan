object template malformed-path;

'/system//network' = 1;
