@{ desc = Where users come from: ncm-authconfig(8) }
unique template components/authconfig/config;

include 'components/authconfig/schema';

prefix '/software/components/authconfig';

'active' ?= true;
'dispatch' ?= true;
# The change stays only when the node still reaches its server: ncd(8), confirm-command.
'confirm' ?= true;
