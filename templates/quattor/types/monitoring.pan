@{ desc = Types of /system/monitoring: which metrics are sampled on the node, and which values call \
 for someone }
declaration template quattor/types/monitoring;

include 'pan/types';

@{ desc = when one metric means trouble }
type structure_monitoring_alarm = {
    'condition' : choice('above', 'below', 'equal', 'differs')
    'value' : property with !is_boolean(SELF)
    @{ desc = samples in a row before the alarm is raised }
    'samples' : long(1..) = 1
    'severity' : choice('warning', 'error') = 'warning'
    'text' : string
};

type structure_monitoring_metric = {
    @{ desc = program that measures }
    'sensor' : string_non_whitespace
    @{ desc = seconds between two samples }
    'period' : long(1..86400)
    'unit' ? string
    @{ desc = send only when the value moved more than this }
    'smooth' ? double
    'params' ? string{}
    'alarms' ? structure_monitoring_alarm{}
    'active' : boolean = true
};

@{ desc = /system/monitoring }
type structure_monitoring = {
    'metrics' : structure_monitoring_metric{}
    'servers' ? type_hostport[1..]
    @{ desc = hours of samples kept on the node }
    'buffer_hours' : long(1..) = 72
    'contacts' ? type_email[]
};
