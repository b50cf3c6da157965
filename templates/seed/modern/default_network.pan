# What named a template of the platform in 2002 is a structure template of the platform now
template default_network;

'/system/network' = create('network_' + value('/system/platform'));
