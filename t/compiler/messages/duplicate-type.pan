object template duplicate-type;

include 'site/types';

type port = long;
