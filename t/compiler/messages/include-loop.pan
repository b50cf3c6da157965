object template include-loop;

include 'site/first';
