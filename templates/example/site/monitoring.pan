@{ desc = /system/monitoring: what is measured on every node; roles add to it }
unique template site/monitoring;

@{ desc = one metric: sensor, period in seconds, unit }
function metric = dict('sensor', ARGV[0], 'period', ARGV[1], 'unit', ARGV[2]);

@{ desc = one alarm: condition, value, text, samples, severity }
function alarm = dict(
    'condition', ARGV[0],
    'value', ARGV[1],
    'text', ARGV[2],
    'samples', if (ARGC > 3) ARGV[3] else 1,
    'severity', if (ARGC > 4) ARGV[4] else 'warning',
);

prefix '/system/monitoring';
'servers' = SITE_MONITORING;
'contacts' = list(SITE_MAIL);
'metrics' = {
    SELF['load1'] = metric('sensor-load', 60, '1');
    SELF['load5'] = metric('sensor-load', 60, '1');
    SELF['load15'] = metric('sensor-load', 300, '1');
    SELF['cpu_user'] = metric('sensor-cpu', 60, '%');
    SELF['cpu_system'] = metric('sensor-cpu', 60, '%');
    SELF['cpu_wait'] = metric('sensor-cpu', 60, '%');
    SELF['memory_used'] = metric('sensor-memory', 60, 'MB');
    SELF['memory_cached'] = metric('sensor-memory', 300, 'MB');
    SELF['swap_used'] = metric('sensor-memory', 60, 'MB');
    SELF['processes'] = metric('sensor-process', 60, '1');
    SELF['zombies'] = metric('sensor-process', 300, '1');
    SELF['uptime'] = metric('sensor-uptime', 300, 's');
    SELF['clock_offset'] = metric('sensor-clock', 300, 'ms');
    SELF['kernel_errors'] = metric('sensor-log', 60, '1');
    SELF['temperature'] = metric('sensor-ipmi', 300, 'C');
    SELF['power'] = metric('sensor-ipmi', 300, 'W');
    SELF['configuration_age'] = metric('sensor-ccm', 600, 's');
    SELF['component_errors'] = metric('sensor-ncm', 600, '1');
    foreach (name; interface; value('/system/network/interfaces')) {
        if (!exists(interface['onboot']) || interface['onboot']) {
            SELF['net_in_' + name] = metric('sensor-net', 60, 'kB/s');
            SELF['net_out_' + name] = metric('sensor-net', 60, 'kB/s');
            SELF['net_errors_' + name] = metric('sensor-net', 300, '1');
        };
    };
    foreach (i; fs; value('/system/filesystems', list())) {
        if (fs['mount']) {
            name = replace('^_$', '_root', replace('/', '_', fs['mountpoint']));
            SELF['disk_used' + name] = metric('sensor-disk', 300, '%');
            SELF['disk_used' + name]['params'] = dict('mountpoint', fs['mountpoint']);
            SELF['disk_used' + name]['alarms'] = dict('full', alarm('above', 95.0, fs['mountpoint'] + ' is nearly full', 3, 'error'));
        };
    };
    SELF;
};
'metrics/load15/alarms/high' = alarm('above', 4.0 * get_num_of_cores(), 'load far above the number of cores', 3);
'metrics/swap_used/alarms/high' = alarm('above', get_total_ram() / 8, 'swapping', 5);
'metrics/clock_offset/alarms/off' = alarm('above', 100, 'the clock is wrong', 3, 'error');
'metrics/kernel_errors/alarms/some' = alarm('above', 0, 'the kernel reports errors');
'metrics/temperature/alarms/hot' = alarm('above', 40.0, 'air intake is hot', 2, 'error');
'metrics/component_errors/alarms/some' = alarm('above', 0, 'a configuration component fails');
