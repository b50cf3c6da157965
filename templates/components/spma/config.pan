@{ desc = Packages: ncm-spma(8) }
unique template components/spma/config;

include 'components/spma/schema';

prefix '/software/components/spma';

'active' ?= true;
'dispatch' ?= true;
'timeout' ?= 7200;
