template site/second;

'/second' = true;
include 'site/first';
