@{ desc = Folders and files with owner and mode: ncm-dirperm(8) }
unique template components/dirperm/config;

include 'components/dirperm/schema';

prefix '/software/components/dirperm';

'active' ?= true;
'dispatch' ?= true;
