@{ desc = Hosts the node knows by file: ncm-hostsfile(8) }
unique template components/hostsfile/config;

include 'components/hostsfile/schema';

prefix '/software/components/hostsfile';

'active' ?= true;
'dispatch' ?= true;
