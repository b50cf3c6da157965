@{ desc = Packages of a node that people work on }
unique template config/os/packages/login;

'/software/packages' = pkg_repl('emacs-nox', '1:28.2+1-15+deb12u4', 'amd64');
'/software/packages' = pkg_repl('tmux', '3.3a-3', 'amd64');
'/software/packages' = pkg_repl('fail2ban', '1.0.2-2', 'all');
'/software/packages' = pkg_repl('libpam-google-authenticator', '20191231-2', 'amd64');
'/software/packages' = pkg_repl('mosh', '1.4.0-1+b1', 'amd64');
'/software/packages' = pkg_repl('x11-apps', '7.7+9', 'amd64');
'/software/packages' = pkg_repl('xauth', '1:1.1.2-1', 'amd64');
'/software/packages' = pkg_repl('slurm-client', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('slurm-wlm-basic-plugins', '22.05.8-4+deb12u3', 'amd64');
'/software/packages' = pkg_repl('munge', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('libmunge2', '0.5.15-2+deb12u1', 'amd64');
'/software/packages' = pkg_repl('environment-modules', '5.2.0-1', 'amd64');
'/software/packages' = pkg_repl('htop', '3.2.2-2', 'amd64');
'/software/packages' = pkg_repl('ncdu', '1.18-0.2', 'amd64');
'/software/packages' = pkg_repl('tree', '2.1.0-1', 'amd64');
'/software/packages' = pkg_repl('jq', '1.6-2.1+deb12u3', 'amd64');
'/software/packages' = pkg_repl('ripgrep', '13.0.0-4+b2', 'amd64');
'/software/packages' = pkg_repl('fzf', '0.38.0-1+b1', 'amd64');
'/software/packages' = pkg_repl('zsh', '5.9-4+b15', 'amd64');
'/software/packages' = pkg_repl('fish', '3.6.0-3.1+deb12u1', 'amd64');
'/software/packages' = pkg_repl('mc', '3:4.8.29-2', 'amd64');
'/software/packages' = pkg_repl('lynx', '2.9.0dev.12-1', 'amd64');
