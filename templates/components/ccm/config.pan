@{ desc = Where the profile comes from: ncm-ccm(8) }
unique template components/ccm/config;

include 'components/ccm/schema';

prefix '/software/components/ccm';

'active' ?= true;
'dispatch' ?= true;
