@{ desc = The boot loader: ncm-grub(8) }
declaration template components/grub/schema;

include 'quattor/types/component';
include 'pan/types';

type grub_argument = {
    @{desc = a list is joined by commas; without it the name stands alone}
    'value' ? element with is_string(SELF) || is_long(SELF) || is_list(SELF)
    @{desc = false: it is taken away}
    'enable' : boolean = true
};

type type_grub_password = {
    @{desc = missing: left alone; false: taken away}
    'enabled' ? boolean
    'option' ? choice('md5', 'encrypted')
    @{desc = encrypted by grub2-mkpasswd-pbkdf2}
    'password' ? string(1..)
    @{desc = a file of the node with lines NAME:PASSWORD}
    'file' ? absolute_file_path
    'file_user' : string = 'root'
} with {
    if (exists(SELF['enabled']) && SELF['enabled'] && exists(SELF['file']) == exists(SELF['password']))
        error('either password or file');
    true;
};

type component_grub = {
    include structure_component
    'prefix' ? absolute_file_path
    @{desc = arguments of the kernel; one with a leading - is taken away}
    'args' ? string
    @{desc = the same by escaped name}
    'arguments' ? grub_argument{}
    @{desc = arguments that are not configured go}
    'fullcontrol' ? boolean
    'sanitize' ? boolean
    'kernels' ? dict[]
    'password' ? type_grub_password
    'pxeboot' ? boolean
    'for_next' ? boolean
} with {
    if (exists(SELF['args']) && exists(SELF['arguments'])) error('either args or arguments');
    true;
};

bind '/software/components/grub' = component_grub;
