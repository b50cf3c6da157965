@{ desc = The name server, and who the node asks: ncm-named(8) }
unique template components/named/config;

include 'components/named/schema';

prefix '/software/components/named';

'active' ?= true;
'dispatch' ?= true;
