@{ desc = The firewall: ncm-iptables(8) }
unique template components/iptables/config;

include 'components/iptables/schema';

prefix '/software/components/iptables';

'active' ?= true;
'dispatch' ?= true;
# The change stays only when the node still reaches its server: ncd(8), confirm-command.
'confirm' ?= true;
