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
    run 0 cron check "$tree" "$extra" && changed /var/log/backup.ncm-cron.log /etc/cron.d/backup.ncm-cron.cron /etc/cron.d/scan.ncm-cron.cron \
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
entry() { printf '{"entries": [%s]}' "$1"; }
ok 'a mode that is no number stops only its own entry' '
    run 1 cron configure "$(entry "{\"name\": \"a1\", \"frequency\": \"@daily\", \"command\": \"x\", \"log\": {\"mode\": \"rw\"}}, {\"name\": \"a2\", \"frequency\": \"@daily\", \"command\": \"x\"}")"
    says ".msg == \"entry \u0027a1\u0027: log/mode \u0027rw\u0027 is no octal number from 0 to 7777\""
    test ! -e "$NCM_ROOT/etc/cron.d/a1.ncm-cron.cron"
    test -e "$NCM_ROOT/etc/cron.d/a2.ncm-cron.cron"'
ok 'a time that cron does not know is an error' '
    for f in "60 * * * *" "* 24 * * *" "* * 0 * *" "* * * foo *" "*/0 * * * *" "5-1 * * * *" "5/2 * * * *" "1,,2 * * * *" "@often" "* * * *"; do
        run 1 cron configure "$(entry "{\"name\": \"t\", \"frequency\": \"$f\", \"command\": \"x\"}")" >log || { echo "$f"; exit 1; }
    done
    run 0 cron configure "$(entry "{\"name\": \"t\", \"frequency\": \"0-59/5,7 1,2 1-31 JAN-dec 7\", \"command\": \"x\"}")"'
ok 'a percent sign, at which cron would cut the command in its parentheses, is an error' '
    run 1 cron configure "$(entry "{\"name\": \"stamp\", \"frequency\": \"5 1 * * *\", \"command\": \"/usr/local/sbin/report --day \$(/bin/date +%F)\"}")"
    says ".level == \"error\" and (.msg | startswith(\"entry \u0027stamp\u0027: cron ends a command at a\"))"
    test ! -e "$NCM_ROOT/etc/cron.d/stamp.ncm-cron.cron"
    run 0 cron configure "$(entry "{\"name\": \"stamp\", \"frequency\": \"5 1 * * *\", \"command\": \"date +\\\\%F\"}")"
    grep -qF "date +\\%F)" "$NCM_ROOT/etc/cron.d/stamp.ncm-cron.cron"'
ok 'without parentheses it is told, and written' '
    run 2 cron configure "$(entry "{\"name\": \"stamp\", \"frequency\": \"5 1 * * *\", \"command\": \"mail root%hello\", \"log\": {\"disabled\": true}}")"
    says ".level == \"warning\" and (.msg | startswith(\"entry \u0027stamp\u0027: cron ends\"))"
    tail -n 1 "$NCM_ROOT/etc/cron.d/stamp.ncm-cron.cron" | grep -qxF "5 1 * * * root mail root%hello"'
ok 'a comment of several lines stays a comment' '
    run 0 cron configure "$(entry "{\"name\": \"c\", \"frequency\": \"@daily\", \"command\": \"x\", \"comment\": \"one\\n* * * * * root bad\"}")"
    grep -qxF "# * * * * * root bad" "$NCM_ROOT/etc/cron.d/c.ncm-cron.cron"'
ok 'blanks and slashes in a name, a log by its name alone' '
    run 0 cron configure "$(entry "{\"name\": \"a b/c\", \"frequency\": \"@daily\", \"command\": \"x\", \"log\": {\"name\": \"my log\"}}")"
    tail -n 1 "$NCM_ROOT/etc/cron.d/a_b_c.ncm-cron.cron" | tr "\047" / | grep -qF ">> //var/log/my log/ 2>&1"
    test -e "$NCM_ROOT/var/log/my log"'
ok 'the same name twice is an error, not a file that one of them loses' '
    run 1 cron configure "$(entry "{\"name\": \"d\", \"frequency\": \"@daily\", \"command\": \"x\"}, {\"name\": \"d\", \"frequency\": \"@daily\", \"command\": \"y\"}")"
    tail -n 1 "$NCM_ROOT/etc/cron.d/d.ncm-cron.cron" | grep -q "; x)"
    run 0 cron configure "$(entry "")"'
ok 'on Debian a dot in a name becomes a dash' '
    touch "$NCM_ROOT/etc/debian_version"
    run 0 cron configure "$(entry "{\"name\": \"backup.daily\", \"frequency\": \"5 1 * * *\", \"command\": \"x\"}")"
    ls "$NCM_ROOT/etc/cron.d" | grep ncm >got
    echo backup-daily-ncm-cron >want
    same want got'
ok 'but not the name of another entry' '
    for order in "backup.daily backup-daily" "backup-daily backup.daily"; do
        set -- $order
        run 1 cron configure "$(entry "{\"name\": \"$1\", \"frequency\": \"@daily\", \"command\": \"$1\"}, {\"name\": \"$2\", \"frequency\": \"@daily\", \"command\": \"$2\"}")"
        says "(.msg // \"\") | startswith(\"entry \u0027backup.daily\u0027: its file\") and contains(\"entry \u0027backup-daily\u0027\")"
        tail -n 1 "$NCM_ROOT/etc/cron.d/backup-daily-ncm-cron" | grep -q "; backup-daily)"
    done
    run 0 cron configure "$(entry "")"'
ok 'on Debian, whose cron ignores names with a dot, files have none' '
    touch "$NCM_ROOT/etc/debian_version" && run 0 cron configure "$tree" "$extra" && ls "$NCM_ROOT/etc/cron.d" | tr "\n" " " | grep -qx "backup-ncm-cron other scan-ncm-cron told-ncm-cron "'
ok 'unconfigure removes all of its files and nothing else' 'run 0 cron unconfigure "$tree" && test "$(ls "$NCM_ROOT/etc/cron.d")" = other'
done_testing
