@{ desc = Kernel modules: ncm-modprobe(8) }
declaration template components/modprobe/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_modprobe_module = {
    'name' : string with match(SELF, '^[A-Za-z0-9_-]+$')
    'alias' ? string
    'options' ? string
    'install' ? string
    'remove' ? string
    'blacklist' ? boolean
};

type component_modprobe = {
    include structure_component
    'file' : string = '/etc/modprobe.d/quattor.conf' with match(SELF, '^/etc/modprobe\.d/[^/]+\.conf$')
    'modules' : structure_modprobe_module[1..]
};

bind '/software/components/modprobe' = component_modprobe;
