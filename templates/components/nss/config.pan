@{ desc = Where names are looked up: ncm-nss(8) }
unique template components/nss/config;

include 'components/nss/schema';

prefix '/software/components/nss';

'active' ?= true;
'dispatch' ?= true;
