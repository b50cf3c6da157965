object template lxb007.example.org;

variable LOADPATH = list('clusters/batch', 'os/deb12-amd64');

# New memory is being tried out: no jobs until 2026-12-01.
variable NODE_STATE = 'test';

include 'machine-types/worker';
