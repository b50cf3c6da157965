@{ desc = Name servers: ncm-resolver(8) }
unique template components/resolver/config;

include 'components/resolver/schema';

prefix '/software/components/resolver';

'active' ?= true;
'dispatch' ?= true;
