@{ desc = Symbolic links: ncm-symlink(8) }
unique template components/symlink/config;

include 'components/symlink/schema';

prefix '/software/components/symlink';

'active' ?= true;
'dispatch' ?= true;
