object template lxdisk01.example.org;

variable LOADPATH = list('clusters/storage', 'os/el9-x86_64');

include 'machine-types/storage';
