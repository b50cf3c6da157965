@{ desc = Packages of a file server }
unique template config/os/packages/storage;

'/software/packages' = pkg_repl('device-mapper-multipath', '0.8.7-32.el9', 'x86_64');
'/software/packages' = pkg_repl('device-mapper-multipath-libs', '0.8.7-32.el9', 'x86_64');
'/software/packages' = pkg_repl('gssproxy', '0.8.4-7.el9', 'x86_64');
'/software/packages' = pkg_repl('keyutils', '1.6.3-1.el9', 'x86_64');
'/software/packages' = pkg_repl('libbasicobjects', '0.1.1-53.el9', 'x86_64');
'/software/packages' = pkg_repl('libcollection', '0.7.0-53.el9', 'x86_64');
'/software/packages' = pkg_repl('libibverbs', '51.0-1.el9', 'x86_64');
'/software/packages' = pkg_repl('libini_config', '1.3.1-53.el9', 'x86_64');
'/software/packages' = pkg_repl('libnfsidmap', '1:2.5.4-27.el9', 'x86_64');
'/software/packages' = pkg_repl('libpath_utils', '0.2.1-53.el9', 'x86_64');
'/software/packages' = pkg_repl('libref_array', '0.1.5-53.el9', 'x86_64');
'/software/packages' = pkg_repl('libverto', '0.3.2-3.el9', 'x86_64');
'/software/packages' = pkg_repl('lsscsi', '0.32-6.el9', 'x86_64');
'/software/packages' = pkg_repl('nfs-utils', '1:2.5.4-27.el9', 'x86_64');
'/software/packages' = pkg_repl('quota', '1:4.09-2.el9', 'x86_64');
'/software/packages' = pkg_repl('quota-nls', '1:4.09-2.el9', 'noarch');
'/software/packages' = pkg_repl('rpcbind', '1.2.6-7.el9', 'x86_64');
'/software/packages' = pkg_repl('sg3_utils', '1.47-9.el9', 'x86_64');
'/software/packages' = pkg_repl('userspace-rcu', '0.12.1-6.el9', 'x86_64');
'/software/packages' = pkg_repl('xfsdump', '3.1.12-4.el9', 'x86_64');
