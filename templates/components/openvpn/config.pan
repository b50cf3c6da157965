@{ desc = Tunnels: ncm-openvpn(8) }
unique template components/openvpn/config;

include 'components/openvpn/schema';

prefix '/software/components/openvpn';

'active' ?= true;
'dispatch' ?= true;
