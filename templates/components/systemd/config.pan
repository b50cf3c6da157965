@{ desc = Units: ncm-systemd(8) }
unique template components/systemd/config;

include 'components/systemd/schema';

prefix '/software/components/systemd';

'active' ?= true;
'dispatch' ?= true;
