@{ desc = What a monitoring server may ask the node to run: ncm-nrpe(8) }
unique template components/nrpe/config;

include 'components/nrpe/schema';

prefix '/software/components/nrpe';

'active' ?= true;
'dispatch' ?= true;
