@{ desc = File systems mounted when somebody looks: ncm-autofs(8) }
unique template components/autofs/config;

include 'components/autofs/schema';

prefix '/software/components/autofs';

'active' ?= true;
'dispatch' ?= true;
