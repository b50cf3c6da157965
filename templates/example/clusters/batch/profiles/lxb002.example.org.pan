object template lxb002.example.org;

variable LOADPATH = list('clusters/batch', 'os/deb12-amd64');

include 'machine-types/worker';
