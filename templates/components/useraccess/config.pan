@{ desc = Who may log in as whom: ncm-useraccess(8) }
unique template components/useraccess/config;

include 'components/useraccess/schema';

prefix '/software/components/useraccess';

'active' ?= true;
'dispatch' ?= true;
