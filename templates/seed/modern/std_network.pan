structure template std_network;

'hostname' = keep('/system/network/hostname');
'interfaces' = list(create('std_network_interface'));
