@{ desc = Settings of sshd and ssh: ncm-ssh(8) }
unique template components/ssh/config;

include 'components/ssh/schema';

prefix '/software/components/ssh';

'active' ?= true;
'dispatch' ?= true;
