@{ desc = Folders of shared libraries: ncm-ldconf(8) }
unique template components/ldconf/config;

include 'components/ldconf/schema';

prefix '/software/components/ldconf';

'active' ?= true;
'dispatch' ?= true;
