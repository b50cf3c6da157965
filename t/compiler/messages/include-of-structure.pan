object template include-of-structure;

include 'site/disk';
