#!/bin/sh
# /system/accounts and /system/monitoring: users and groups fit together; alarms say what they mean.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/templates/node.sh"

people='
"/system/accounts/groups/users/gid" = 100;
"/system/accounts/users/anna" = dict("uid", 1001, "groups", list("users"), "home", "/home/anna");
'
good 'a user in a group' "$people"
ok 'a user has a shell and no password unless said otherwise' '
    jq -c ".system.accounts.users.anna | [.shell, .locked, .create_home]" lxb001.json | grep -Fx "[\"/bin/bash\",false,true]"'
refused 'one uid twice' "$people"'
    "/system/accounts/users/bert" = dict("uid", 1001, "groups", list("users"), "home", "/home/bert");' 'users anna and bert have the same uid 1001'
refused 'one gid twice' "$people"'"/system/accounts/groups/other/gid" = 100;' 'groups other and users have the same gid 100'
refused 'a group that does not exist' "$people"'
    "/system/accounts/users/bert" = dict("uid", 1002, "groups", list("ghosts"), "home", "/home/bert");' \
    'user bert is in group ghosts, which does not exist'
refused 'a member who does not exist' "$people"'
    "/system/accounts/groups/users/members" = list("ghost");' 'group users has member ghost, who does not exist'
refused 'an administrator who does not exist' "$people"'"/system/accounts/administrators" = list("ghost");' 'administrator ghost does not exist'
refused 'a name with capitals' "$people"'
    "/system/accounts/users/Bert" = dict("uid", 1002, "groups", list("users"), "home", "/home/bert");' 'Bert cannot be the name of a user'
refused 'a colon in the full name' "$people"'"/system/accounts/users/anna/comment" = "Anna:root";' '/system/accounts/users/anna/comment'
refused 'a key that is none' "$people"'"/system/accounts/users/anna/ssh_keys" = list("hello");' 'key 0 is not a line of authorized_keys'
good 'a key that is one' "$people"'"/system/accounts/users/anna/ssh_keys" = list("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA anna@home");'

metric='"/system/monitoring/metrics/load" = dict("sensor", "sensor-load", "period", 60);'
good 'a metric' "$metric"
good 'a metric with an alarm' "$metric"'
    "/system/monitoring/metrics/load/alarms/high" = dict("condition", "above", "value", 10.0, "text", "busy");'
refused 'an alarm with a condition nobody knows' "$metric"'
    "/system/monitoring/metrics/load/alarms/high" = dict("condition", "over", "value", 10.0, "text", "busy");' 'over'
refused 'a metric that is never sampled' "$metric"'"/system/monitoring/metrics/load/period" = 0;' '/system/monitoring/metrics/load/period'
refused 'a mail address without a domain' "$metric"'"/system/monitoring/contacts" = list("root");' '/system/monitoring/contacts/0'
refused 'a time zone that is none' '"/system/timezone" = "CET+1";' '/system/timezone'
refused 'a state nobody knows' '"/system/state" = "broken";' '/system/state'
done_testing
