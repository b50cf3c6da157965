@{ desc = Kernel modules: ncm-modprobe(8) }
unique template components/modprobe/config;

include 'components/modprobe/schema';

prefix '/software/components/modprobe';

'active' ?= true;
'dispatch' ?= true;
