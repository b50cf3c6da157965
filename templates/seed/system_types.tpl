declaration template system_types;
define type structure_interface = { "name" : string  "ip" : string  "onboot" : boolean };
define type structure_network = { "hostname" : string  "interfaces" : structure_interface[1..] };
define type structure_system = { "platform" : string  "network" : structure_network };
type "/system" = structure_system;
