object template broken-include;

include 'site/broken';
