object template 061-loadpath-absolute;
variable LOADPATH = list('/x');
