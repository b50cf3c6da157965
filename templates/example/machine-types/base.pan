@{ desc = What every node of the site is. A role sets its variables, includes this, then adds its own }
template machine-types/base;

include 'quattor/profile_base';

# Site and cluster: variables and tables. cluster/config is found through the load path.
include 'site/databases';
include 'cluster/config';
include 'site/global';
include 'site/subnets';

# The machine, its system and its network.
include 'site/hardware';
include 'config/os/base';
include 'filesystem/' + FILESYSTEM_LAYOUT;
include if (NETWORK_BONDED) 'site/network_bonded' else 'site/network';

prefix '/system';
'rootmail' = SITE_MAIL;
'timezone' = SITE_TIMEZONE;
'siterelease' = SITE_RELEASE;
'state' ?= NODE_STATE;
'role' = NODE_ROLE;
'cluster/name' = CLUSTER_NAME;
'cluster/tier' = CLUSTER_TIER;

include 'site/users';
include 'site/hosts';

# What every node serves or obeys.
include 'service/sysctl';
include 'service/files';
include 'service/cron';
include 'service/time';
include 'service/log';
include 'service/limits';
include 'service/ssh';
