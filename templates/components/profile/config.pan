@{ desc = Environment of every login: ncm-profile(8) }
unique template components/profile/config;

include 'components/profile/schema';
include 'components/profile/functions';

prefix '/software/components/profile';

'active' ?= true;
'dispatch' ?= true;
