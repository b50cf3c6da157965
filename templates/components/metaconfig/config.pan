@{ desc = Structured files from trees: ncm-metaconfig(8) }
unique template components/metaconfig/config;

include 'components/metaconfig/schema';

prefix '/software/components/metaconfig';

'active' ?= true;
'dispatch' ?= true;
