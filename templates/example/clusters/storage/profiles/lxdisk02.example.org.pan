object template lxdisk02.example.org;

variable LOADPATH = list('clusters/storage', 'os/el9-x86_64');

include 'machine-types/storage';
