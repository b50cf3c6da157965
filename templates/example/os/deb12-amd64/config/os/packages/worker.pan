@{ desc = Packages of a node that runs jobs }
unique template config/os/packages/worker;

'/software/packages' = pkg_repl('libmunge2', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('munge', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('slurm-client', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurm-wlm-basic-plugins', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurmd', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('libpmix2', '4.2.2-1+deb12u1', 'amd64');
'/software/packages' = pkg_repl('hwloc', '2.9.0-1', 'amd64');
'/software/packages' = pkg_repl('libhdf5-103-1', '1.10.8+repack1-1', 'amd64');
'/software/packages' = pkg_repl('environment-modules', '5.2.0-1', 'amd64');
