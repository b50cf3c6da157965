object template duplicate-function;

include 'site/checks';

function same_network = true;
