@{ desc = Debian 12 on x86_64: found through the load path of the object template }
unique template config/os/base;

variable PKG_ARCH_DEFAULT = 'amd64';
variable SSH_DAEMON = 'ssh';

prefix '/system';
'architecture' = 'x86_64';
'os/distribution' = 'debian';
'os/version/major' = 12;
'os/version/name' = 'bookworm';
'os/family' = 'deb';
'kernel/version' = '6.1.0-56-amd64';
'kernel/arguments' = list('quiet', 'console=tty0', 'console=ttyS1,115200n8', 'net.ifnames=0');

'/software/repositories' = add_repositories(list('debian', 'debian_security', 'site'));
'/software/groups/standard' = dict('optional', false);

include 'config/os/packages/base';
