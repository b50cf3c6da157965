# Network of one platform; default_network takes its /network
template network_i386_rh72;
variable first_interface = create("std_network_interface");
"/network" = create("std_network");
