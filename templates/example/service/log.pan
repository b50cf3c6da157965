@{ desc = Logs: the journal keeps some days on the node and sends everything to the collector of the \
 site }
unique template service/log;

include 'service/file';
include 'components/metaconfig/config';

variable LOG_KEEP_DAYS ?= 14;

type service_journal = {
    'Journal' : {
        'Storage' : choice('persistent', 'volatile', 'auto', 'none')
        'Compress' : boolean = true
        'SystemMaxUse' : string with match(SELF, '^\d+[KMG]$')
        'MaxRetentionSec' : string with match(SELF, '^\d+(day|week|month)$')
        'RateLimitIntervalSec' : long(0..) = 30
        'RateLimitBurst' : long(0..) = 10000
        'ForwardToSyslog' : boolean = false
        'MaxLevelStore' : choice('debug', 'info', 'notice', 'warning', 'err') = 'info'
    }
};
bind '/software/components/metaconfig/services/{/etc/systemd/journald.conf.d/site.conf}/contents' = service_journal;

'/software/components/metaconfig/services' = ini_file('/etc/systemd/journald.conf.d/site.conf', dict(
    'Journal', dict('Storage', 'persistent', 'SystemMaxUse', '2G', 'MaxRetentionSec', to_string(LOG_KEEP_DAYS) + 'day', 'ForwardToSyslog', true),
), 'systemd-journald');

'/software/components/metaconfig/services' = ini_file('/etc/systemd/journal-upload.conf.d/site.conf', dict(
    'Upload', dict('URL', 'https://' + SITE_LOG_HOST + ':19532', 'ServerKeyFile', '/etc/ssl/private/node.pem', 'TrustedCertificateFile', '/etc/ssl/certs/site-ca.pem'),
), 'systemd-journal-upload');
