template site/first;

'/first' = true;
include 'site/second';
