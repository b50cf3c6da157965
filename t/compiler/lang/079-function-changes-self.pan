object template 079-function-changes-self;
function f = { SELF['k'] = 1; 2 };
'/x' = { f(); SELF; };
