@{ desc = File systems mounted when somebody looks: ncm-autofs(8) }
declaration template components/autofs/schema;

include 'quattor/types/component';
include 'pan/types';

type autofs_conf_autofs = {
    @{desc = seconds}
    'timeout' ? long(0..)
    'negative_timeout' ? long(0..)
    'mount_wait' ? long(0..)
    'umount_wait' ? long(0..)
    'browse_mode' ? boolean
    'append_options' ? boolean
    'logging' ? choice('none', 'verbose', 'debug')
    'mount_nfs_default_protocol' ? long(0..)
};

type autofs_conf_amd = {
    'dismount_interval' ? long(0..)
    'map_name' ? string_trimmed
    'map_type' ? choice('file', 'nis', 'ldap')
    'autofs_use_lofs' ? boolean
    'auto_dir' ? absolute_file_path
    'browsable_dirs' ? boolean
    'domain_strip' ? boolean
    'local_domain' ? string
    'normalize_hostnames' ? boolean
    'search_path' ? string
    'selectors_on_default' ? boolean
};

type autofs_conf = {
    'autofs' ? autofs_conf_autofs
    'amd' ? autofs_conf_amd
    'mountpoints' ? autofs_conf_amd{}
};

type autofs_mapentry_type = {
    'options' ? string
    @{desc = server:/path, and the like}
    'location' : string
};

type autofs_map_type = {
    @{desc = false: its line of the master map is commented out}
    'enabled' : boolean = true
    @{desc = lines of others in the map stay}
    'preserve' : boolean = true
    'type' : choice('direct', 'file', 'program', 'yp', 'nisplus', 'hesiod', 'userdir', 'ldap')
    'mapname' : string
    @{desc = / and the key when not given}
    'mountpoint' ? string
    'mpaliases' ? string[]
    'options' ? string
    @{desc = by key; __wildcard stands for all others}
    'entries' ? autofs_mapentry_type{}
};

type autofs_component = {
    include structure_component
    @{desc = lines of others in the master map stay}
    'preserveMaster' : boolean = true
    'maps' ? autofs_map_type{}
    'conf' ? autofs_conf
} with {
    if ((!exists(SELF['maps']) || length(SELF['maps']) == 0) && !exists(SELF['conf']['mountpoints']))
        error('autofs has neither maps nor mount points of amd');
    true;
};

bind '/software/components/autofs' = autofs_component;
