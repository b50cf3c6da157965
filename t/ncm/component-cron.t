#!/bin/sh
# cron writes one file in /etc/cron.d for each entry, spreads times over nodes, and removes only its own files.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
extra='"extra": {"/system/network": {"hostname": "lxb001"}}'
tree='{"entries": [
    {"name": "backup", "frequency": "5 2 * * *", "command": "/usr/bin/backup --all", "env": {"MAILTO": "ops@example.org"}, "comment": "every night"},
    {"name": "scan", "user": "nobody", "timing": {"minute": "0", "hour": "3"}, "command": "scan", "log": {"disabled": true}},
    {"name": "told", "frequency": "@daily", "command": "tell", "syslog": {"facility": "cron", "level": "info", "tagprefix": "x."}}],
    "allow": ["root", "operator"], "securitypath": "/etc"}'
tree=$(echo "$tree" | jq -c .)
mkdir -p "$NCM_ROOT/etc/cron.d" "$NCM_ROOT/var/log"
touch "$NCM_ROOT/etc/cron.d/other" "$NCM_ROOT/etc/cron.d/gone.ncm-cron.cron"

ok 'check reports every file and changes none' '
    run 0 cron check "$tree" "$extra" && changed /etc/cron.d/backup.ncm-cron.cron /var/log/backup.ncm-cron.log /etc/cron.d/scan.ncm-cron.cron \
        /etc/cron.d/told.ncm-cron.cron /etc/cron.d/gone.ncm-cron.cron /etc/cron.allow && test "$(ls "$NCM_ROOT/etc/cron.d")" = "gone.ncm-cron.cron
other"'
ok 'an entry with environment and log' '
    run 0 cron configure "$tree" "$extra" && holds /etc/cron.d/backup.ncm-cron.cron <<-"END"
	# Written by ncm-cron (Weft); local changes are lost.
	# every night
	MAILTO=ops@example.org
	5 2 * * * root (date --iso-8601=seconds --utc; /usr/bin/backup --all) >> /var/log/backup.ncm-cron.log 2>&1
	END'
ok 'the log is there with its mode' 'test "$(stat -c %a "$NCM_ROOT/var/log/backup.ncm-cron.log")" = 640'
ok 'timing, another user, no log' 'tail -1 "$NCM_ROOT/etc/cron.d/scan.ncm-cron.cron" | grep -qxF "0 3 * * * nobody scan"'
ok 'an @word and syslog' 'tail -1 "$NCM_ROOT/etc/cron.d/told.ncm-cron.cron" | grep -qxF "@daily root (tell) 2>&1 | /usr/bin/logger -t x.told -p cron.info"'
ok 'who may have a crontab' 'printf "root\noperator\n" | holds /etc/cron.allow && test ! -e "$NCM_ROOT/etc/cron.deny"'
ok 'its stale file went, the file of somebody else stays' 'test ! -e "$NCM_ROOT/etc/cron.d/gone.ncm-cron.cron" && test -e "$NCM_ROOT/etc/cron.d/other"'
ok 'a second run changes nothing' 'run 0 cron configure "$tree" "$extra" && changed'
if command -v crontab >/dev/null; then
    # crontab reads a user's table: there the user's name is the first word of the command
    ok 'crontab itself accepts the files' 'for f in "$NCM_ROOT"/etc/cron.d/*.cron; do crontab -n "$f" || exit 1; done'
else
    skip 'crontab itself accepts the files' 'no crontab here'
fi
spread='{"entries": [{"name": "a", "frequency": "AUTO 4 * * 0", "command": "x", "log": {"disabled": true}},
    {"name": "b", "timing": {"minute": "30", "hour": "23", "smear": 120}, "command": "x", "log": {"disabled": true}}]}'
ok 'AUTO and smear give a time in range, the same on every run' '
    run 0 cron configure "$spread" "$extra" && cat "$NCM_ROOT"/etc/cron.d/[ab].ncm* >first && run 0 cron configure "$spread" "$extra" && changed &&
    tail -1 "$NCM_ROOT/etc/cron.d/a.ncm-cron.cron" | awk "{exit !(\$1 ~ /^[0-9]+\$/ && \$1 < 60 && \$2 == 4)}" &&
    tail -1 "$NCM_ROOT/etc/cron.d/b.ncm-cron.cron" | awk "{m = \$2 * 60 + \$1; exit !(m >= 1410 || m <= 90)}"'
ok 'another node gets another time' '
    for n in 1 2 3 4 5 6; do run 0 cron configure "$spread" "\"extra\": {\"/system/network\": {\"hostname\": \"lxb10$n\"}}" >/dev/null; tail -1 "$NCM_ROOT/etc/cron.d/a.ncm-cron.cron"; done |
    sort -u | test "$(wc -l)" -gt 1'
ok 'an entry with a fault is told, keeps the file it has, and the others are written' '
    run 1 cron configure "{\"entries\": [{\"name\": \"a\", \"frequency\": \"often\", \"command\": \"x\"}, {\"name\": \"c\", \"frequency\": \"@hourly\", \"command\": \"y\"}]}" &&
    says ".level == \"error\" and (.msg | startswith(\"entry '"'a'"': when?\"))" && test -e "$NCM_ROOT/etc/cron.d/a.ncm-cron.cron" -a -e "$NCM_ROOT/etc/cron.d/c.ncm-cron.cron" -a ! -e "$NCM_ROOT/etc/cron.d/b.ncm-cron.cron"'
ok 'a name cannot lead out of the folder, a line end not into another line' '
    run 1 cron configure "{\"entries\": [{\"name\": \"../x\", \"frequency\": \"@daily\", \"command\": \"x\"}, {\"name\": \"y\", \"frequency\": \"@daily\", \"command\": \"x\\n* * * * * root bad\"}]}" &&
    test ! -e "$NCM_ROOT/etc/x.ncm-cron.cron" && test ! -e "$NCM_ROOT/etc/cron.d/y.ncm-cron.cron"'
ok 'on Debian, whose cron ignores names with a dot, files have none' '
    touch "$NCM_ROOT/etc/debian_version" && run 0 cron configure "$tree" "$extra" && ls "$NCM_ROOT/etc/cron.d" | tr "\n" " " | grep -qx "backup-ncm-cron other scan-ncm-cron told-ncm-cron "'
ok 'unconfigure removes all of its files and nothing else' 'run 0 cron unconfigure "$tree" && test "$(ls "$NCM_ROOT/etc/cron.d")" = other'
done_testing
