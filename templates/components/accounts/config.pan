@{ desc = Local users and groups: ncm-accounts(8) }
unique template components/accounts/config;

include 'components/accounts/schema';
include 'components/accounts/functions';

prefix '/software/components/accounts';

'active' ?= true;
'dispatch' ?= true;
