object template assignment-to-final;

include 'site/policy';

'/system/rootmail' = 'me@example.org';
