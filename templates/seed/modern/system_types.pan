declaration template system_types;

type structure_interface = {
    'name' : string
    'ip' : string
    'onboot' : boolean
};
type structure_network = {
    'hostname' : string
    'interfaces' : structure_interface[1..]
};
type structure_system = {
    'platform' : string
    'network' : structure_network
};
bind '/system' = structure_system;
