@{ desc = /etc/hosts: every node of the site, its management board, and the appliances }
unique template site/hosts;

include 'components/hostsfile/config';

prefix '/software/components/hostsfile';
'file' = '/etc/hosts';
'entries' = {
    foreach (name; node; NODES) {
        short = replace('\..*', '', name);
        SELF[name] = dict('ipaddr', node['ip'], 'aliases', short, 'comment', format('%s in rack %s', node['machine'], node['rack']));
        if (exists(node['public']))
            SELF[short + '-ext.' + SITE_DOMAIN] = dict('ipaddr', node['public'], 'comment', 'seen from outside');
        SELF[short + '-bmc.' + SITE_DOMAIN] = dict(
            'ipaddr', replace('^10\.1\.', '10.2.1', node['ip']),
            'aliases', short + '-bmc',
            'comment', 'management board of ' + short,
        );
    };
    foreach (short; what; APPLIANCES) {
        SELF[short + '.' + SITE_DOMAIN] = dict('ipaddr', what[0], 'aliases', short, 'comment', what[1]);
    };
    SELF;
};
