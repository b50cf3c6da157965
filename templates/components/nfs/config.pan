@{ desc = Exports and mounts of network file systems: ncm-nfs(8) }
unique template components/nfs/config;

include 'components/nfs/schema';

prefix '/software/components/nfs';

'active' ?= true;
'dispatch' ?= true;
