#!/bin/sh
# What breaks a database: SIGKILL in the middle of commits (WEFT_KILLS times, 8 if not told), a second server, a store that
# cannot be written, damaged pages. Refused in clear words, and nothing acknowledged is lost (REQ-A-1).
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
b1=lxb001.example.org
as_admin commit -m "the site" -I profiles -I . site >/dev/null || exit 99
head() { ask admin "/api/v1/revisions?limit=1" | jq .head; }
# Commits without end, three nodes each; "acked N" holds the last one that was answered.
committer() {
    i=0
    while [ -f go ]; do
        i=$((i + 1))
        n=$(ask admin /api/v1/commit -d "{\"comment\":\"$i\",\"changes\":[{\"path\":\"service/local.pan\",\"text\":\"template service/local;\\n'/system/n' = $1$i;\\n\"}]}" 2>/dev/null |
            jq -r 'select(.state == "done") | .revision' 2>/dev/null) && [ "$n" ] && echo "$n" >acked
    done
}
echo 1 >acked
ok "REQ-A-1: ${WEFT_KILLS:-8} times SIGKILL during commits: no acknowledged commit is lost, no other is visible but the last" '
    round=0
    while [ "$round" -lt "${WEFT_KILLS:-8}" ]; do
        round=$((round + 1))
        touch go; committer $round & worker=$!
        before=$(cat acked)
        [ $((round % 3)) != 0 ] || until_true 20 eval "[ \"\$(cat acked)\" -gt $((before + 1)) ]"
        sleep "0.$(shuf -i 0-30 -n 1 | xargs printf %02d)"
        rm go; server_kill; wait "$worker" || true
        server_start
        last=$(cat acked) now=$(head)
        echo "round $round: acknowledged $last, head $now"
        [ "$now" -ge "$last" ]
        [ "$now" -le $((last + 1)) ]
        echo "$now" >acked
        as_admin verify
    done'
ok 'what was committed is what is served, everything compiled again agrees' 'as_admin verify --compile && ask $b1 /profiles/$b1.json | jq -e .system.n && [ "$(head)" -gt 2 ]'
ok 'a second server on the store is refused' '
    sed "s/^listen .*/listen = 127.0.0.1:$(free_port)/" cdbd.conf >second.conf && code 75 cdbd -f second.conf --pidfile "$scratch/second.pid" 2>err && cat err &&
    grep -q "the store .*/store. is in use by process $(cat cdbd.pid)" err && [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
as_admin backup good >/dev/null
if [ "$(id -u)" = 0 ] && mkdir ro && mount --bind store ro 2>/dev/null; then
    cleanup() { server_stop; umount -l "$scratch/ro"; }
    ok 'a store that cannot be written is refused at the start' '
        server_stop; mount -o remount,bind,ro ro && sed "s#^store  .*#store = $scratch/ro#" cdbd.conf >ro.conf && code 74 cdbd -f ro.conf --pidfile "$scratch/ro.pid" 2>err; s=$?; cat err; server_start
        [ $s = 0 ] && grep -q "error: cannot .*: Read-only file system" err && as_admin verify'
else
    skip 'a store that cannot be written is refused at the start' 'nothing can be mounted'
fi
ok 'damaged pages are found, said, and serve nobody' '
    server_stop; size=$(stat -c %s store/data/content.db)
    for at in $(seq 1 $((size / 4096 - 1))); do printf "damaged by a test" | dd of=store/data/content.db bs=1 seek=$((at * 4096 + 2000)) conv=notrunc 2>/dev/null; done
    if server_start; then
        code 74 as_admin verify 2>err || code 1 as_admin verify >err; cat err; [ "$(status $b1 /profiles/$b1.xml)" -ge 500 ]
    fi; tail -3 server.log; grep -q "checksum\|damaged\|recovery" server.log'
ok 'the backup takes its place, whole' '
    server_kill; rm -r store/data && cp -R backup/good/data store/data && server_start && as_admin verify --compile && echo "# again" >>site/service/base.pan && as_admin commit -m again site && [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
done_testing
