@{ desc = The file systems of the node: ncm-filesystems(8) }
unique template components/filesystems/config;

include 'components/filesystems/schema';
include 'components/fstab/config';

prefix '/software/components/filesystems';

'active' ?= true;
'dispatch' ?= true;
# One of the two writes the table; this one takes the other's settings.
'/software/components/fstab/active' = false;
