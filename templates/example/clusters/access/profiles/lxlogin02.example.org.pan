object template lxlogin02.example.org;

variable LOADPATH = list('clusters/access', 'os/deb12-amd64');

include 'machine-types/login';
