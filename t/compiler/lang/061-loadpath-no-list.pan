object template 061-loadpath-no-list;
variable LOADPATH = 'x';
