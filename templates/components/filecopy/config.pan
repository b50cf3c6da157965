@{ desc = Files word for word: ncm-filecopy(8) }
unique template components/filecopy/config;

include 'components/filecopy/schema';

prefix '/software/components/filecopy';

'active' ?= true;
'dispatch' ?= true;
