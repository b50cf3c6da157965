@{ desc = What programs on the node may want to know about it, as JSON and YAML }
unique template service/inventory;

include 'components/metaconfig/config';

prefix '/software/components/metaconfig/services/{/etc/site/node.json}';
'module' = 'json';
'contents/node' = full_hostname_from_object(SITE_DOMAIN);
'contents/site' = SITE_NAME;
'contents/release' = SITE_RELEASE;
'contents/cluster' = value('/system/cluster/name');
'contents/role' = value('/system/role');
'contents/rack' = value('/hardware/rack/name');
'contents/cores' = get_num_of_cores();
'contents/memory_mb' = get_total_ram();
'contents/disk_mb' = get_total_disk();
'contents/serial' = value('/hardware/serialnumber');

prefix '/software/components/metaconfig/services/{/etc/site/monitoring.yaml}';
'module' = 'yaml';
'contents/servers' = SITE_MONITORING;
'contents/metrics' = {
    foreach (name; metric; value('/system/monitoring/metrics')) SELF[name] = metric['period'];
    SELF;
};
