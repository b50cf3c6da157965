@{ desc = The network of the node: ncm-network(8) }
unique template components/network/config;

include 'components/network/schema';

prefix '/software/components/network';

'active' ?= true;
'dispatch' ?= true;
# The change stays only when the node still reaches its server: ncd(8), confirm-command.
'confirm' ?= true;
