@{ desc = Hosts the node knows by file: ncm-hostsfile(8) }
declaration template components/hostsfile/schema;

include 'quattor/types/component';
include 'pan/types';

type hostsfile_entry = {
    'ipaddr' : type_ip
    @{desc = further names, by blanks}
    'aliases' ? string
    'comment' ? string with !match(SELF, '\n')
};

type component_hostsfile = {
    include structure_component
    'file' : string = '/etc/hosts' with match(SELF, '^/')
    @{desc = by host name}
    'entries' : hostsfile_entry{} = dict()
    @{desc = replace lines others wrote for our hosts}
    'takeover' : boolean = false
};

bind '/software/components/hostsfile' = component_hostsfile;
