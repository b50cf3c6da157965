object template default-not-constant;

variable SHELL = '/bin/bash';
type user = { 'shell' : string = SHELL };
