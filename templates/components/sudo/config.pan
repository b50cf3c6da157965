@{ desc = Who may do what as whom: ncm-sudo(8) }
unique template components/sudo/config;

include 'components/sudo/schema';

prefix '/software/components/sudo';

'active' ?= true;
'dispatch' ?= true;
