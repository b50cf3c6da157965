object template lxdisk03.example.org;

variable LOADPATH = list('clusters/storage', 'os/el9-x86_64');

# Serves many small files.
variable NFS_THREADS = 256;

include 'machine-types/storage';
