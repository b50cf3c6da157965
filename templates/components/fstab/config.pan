@{ desc = The file systems of the node: ncm-fstab(8) }
unique template components/fstab/config;

include 'components/fstab/schema';

prefix '/software/components/fstab';

'active' ?= true;
'dispatch' ?= true;
