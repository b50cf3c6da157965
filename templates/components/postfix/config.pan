@{ desc = Mail by postfix: ncm-postfix(8) }
unique template components/postfix/config;

include 'components/postfix/schema';

prefix '/software/components/postfix';

'active' ?= true;
'dispatch' ?= true;
