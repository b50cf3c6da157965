@{ desc = AlmaLinux 9 on x86_64: found through the load path of the object template }
unique template config/os/base;

variable PKG_ARCH_DEFAULT = 'x86_64';
variable SSH_DAEMON = 'sshd';

prefix '/system';
'architecture' = 'x86_64';
'os/distribution' = 'almalinux';
'os/version/major' = 9;
'os/version/minor' = 5;
'os/family' = 'rpm';
'kernel/version' = '5.14.0-503.15.1.el9_5';
'kernel/arguments' = list('quiet', 'console=tty0', 'console=ttyS1,115200n8', 'net.ifnames=0', 'crashkernel=512M');

'/software/repositories' = add_repositories(list('almalinux_baseos', 'almalinux_appstream', 'site'));
'/software/groups/core' = dict('optional', false);
'/software/groups/storage-server' = dict('default', false);

include 'config/os/packages/base';
