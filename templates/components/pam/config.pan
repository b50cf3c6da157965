@{ desc = How services ask who somebody is: ncm-pam(8) }
unique template components/pam/config;

include 'components/pam/schema';

prefix '/software/components/pam';

'active' ?= true;
'dispatch' ?= true;
