@{ desc = The clock: systemd's time client with the servers of the site. SITE_NTP_SERVERS is used \
 here and nowhere else, so a change of it makes one component run on every node }
unique template service/time;

include 'service/file';
include 'components/metaconfig/config';

@{ desc = what stands in timesyncd.conf }
type service_time = {
    'Time' : {
        'NTP' : type_hostname[1..8]
        'FallbackNTP' ? type_hostname[]
        'RootDistanceMaxSec' : long(1..) = 5
        'PollIntervalMinSec' : long(16..) = 32
        'PollIntervalMaxSec' : long(32..) = 2048
        'SaveIntervalSec' : long(1..) = 60
    } with {
        if (SELF['PollIntervalMinSec'] > SELF['PollIntervalMaxSec'])
            error('PollIntervalMinSec %d is above PollIntervalMaxSec %d', SELF['PollIntervalMinSec'], SELF['PollIntervalMaxSec']);
        true;
    }
};
bind '/software/components/metaconfig/services/{/etc/systemd/timesyncd.conf.d/site.conf}/contents' = service_time;

'/software/components/metaconfig/services' = ini_file('/etc/systemd/timesyncd.conf.d/site.conf', dict(
    'Time', dict('NTP', SITE_NTP_SERVERS),
), 'systemd-timesyncd');
