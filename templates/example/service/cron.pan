@{ desc = What every node does at certain times; what all nodes would do at once is spread over the \
 hour by node_slot }
unique template service/cron;

include 'components/cron/config';

@{ desc = one entry for component cron: name, frequency, command, comment }
function cron_entry = dict(
    'name', ARGV[0],
    'user', 'root',
    'frequency', ARGV[1],
    'command', ARGV[2],
    'comment', ARGV[3],
);

prefix '/software/components/cron';
'entries' = append(cron_entry('tmp-clean', format('%d 4 * * *', node_slot(60, 'tmp')), 'find /tmp /var/tmp -xdev -type f -atime +10 -delete', 'old temporary files'));
'entries' = append(cron_entry('core-clean', '30 5 * * *', 'find /var/crash -type f -mtime +7 -delete', 'old core dumps'));
'entries' = append(cron_entry('fstrim', format('%d 3 * * 0', node_slot(60, 'trim')), 'fstrim --all --quiet', 'free blocks of SSDs'));
'entries' = append(cron_entry('smart-report', format('%d 6 1 * *', node_slot(60, 'smart')), 'smartctl --scan | cut -d" " -f1 | xargs -n1 smartctl -H', 'health of the disks'));
'entries' = append(cron_entry('hw-clock', '15 5 * * *', 'hwclock --systohc', 'keep the hardware clock near'));
'entries' = append(cron_entry('package-check', format('%d 2 * * *', node_slot(60, 'packages')), '/usr/sbin/spma --noaction', 'differences between wanted and installed packages'));
'entries' = append(cron_entry('configuration-report', format('%d * * * *', node_slot(60, 'report')), '/usr/sbin/ncd --noaction --configure --all', 'drift'));
