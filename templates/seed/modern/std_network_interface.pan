structure template std_network_interface;

'name' = 'eth0';
'ip' = keep('/system/network/interfaces/0/ip');
'onboot' = true;
