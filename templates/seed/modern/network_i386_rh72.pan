structure template network_i386_rh72;

include 'std_network';
