@{ desc = Packages of the node that schedules jobs }
unique template config/os/packages/head;

'/software/packages' = pkg_repl('mariadb-server', '1:10.11.19-0+deb12u1', 'amd64');
'/software/packages' = pkg_repl('mariadb-client', '1:10.11.19-0+deb12u1', 'amd64');
'/software/packages' = pkg_repl('slurmctld', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurmdbd', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurm-client', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurm-wlm-basic-plugins', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('munge', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('libmunge2', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('mailutils', '1:3.15-4', 'amd64');
'/software/packages' = pkg_repl('apache2', '2.4.71-1~deb12u1', 'amd64');
'/software/packages' = pkg_repl('apache2-bin', '2.4.71-1~deb12u1', 'amd64');
'/software/packages' = pkg_repl('apache2-data', '2.4.71-1~deb12u1', 'all');
'/software/packages' = pkg_repl('apache2-utils', '2.4.71-1~deb12u1', 'amd64');
