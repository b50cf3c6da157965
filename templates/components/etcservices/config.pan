@{ desc = Names of ports: ncm-etcservices(8) }
unique template components/etcservices/config;

include 'components/etcservices/schema';

prefix '/software/components/etcservices';

'active' ?= true;
'dispatch' ?= true;
