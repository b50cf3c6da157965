#!/bin/sh
# REQ-E-2: unmodified components of Quattor leave the same files and ask for the same services under our ncd as under theirs.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/quattor.sh"
. "$WEFT_SRC/t/ncm/node.sh"
unset WEFT_ROOT
usr=$scratch/quattor/usr
panc -I "$WEFT_SRC/t/ncm" -o "$scratch" --formats json "$WEFT_SRC/t/ncm/quattor-components.pan" || exit 99
mv quattor-components.json "$scratch/quattor/profile.json"
components=$(jq -r '.software.components | keys[]' "$scratch/quattor/profile.json" | tr '\n' ' ')

# Programs that components call: one for all, which notes its words. Services come in two spellings.
mkdir -p "$usr/bin" "$scratch/quattor/etc"
cat >"$usr/sbin/quattor-fake" <<'END'
#!/bin/sh
me=${0##*/}
case $me in
systemctl) echo "service $1 ${2%.service}" >>/calls ;;
service) echo "service $2 $1" >>/calls ;;
host) echo "$1 has an address" ;;
visudo) cat >/dev/null; echo parsed OK ;;
sysctl | iptables* | exportfs | ldconfig | sshd | nscd) echo "$me $*" >>/calls; cat >/dev/null ;;
esac
END
chmod +x "$usr/sbin/quattor-fake"
for p in bin/systemctl sbin/service bin/host sbin/sysctl sbin/iptables sbin/iptables-restore sbin/exportfs sbin/ldconfig sbin/visudo sbin/sshd sbin/nscd; do
    ln -sf /usr/sbin/quattor-fake "$usr/$p"
done
printf 'profile file:///profile.json\nworld_readable 1\n' >"$scratch/quattor/etc/ccm.conf"
printf 'include = /usr/lib/perl\nperl = all\nstate = /var/run/quattor-components\n' >"$scratch/quattor/etc/ncm-ncd.conf"

# Both runs begin with the same cache, filled by our ccm-fetch.
start="mkdir -p /etc/ssh /etc/sysconfig /etc/ntp /etc/ganglia /usr/lib/ncm/config/profile /var/lib/ccm; $WEFT_OUT/bin/ccm-fetch"
ok 'the real ncm-ncd runs the components' '
    world theirs "$start && perl -t -I/usr/lib/perl /usr/sbin/ncm-ncd --cfgfile /dev/null --state /var/run/quattor-components --configure --all" >theirs.log 2>&1 ||
        { grep -a ERROR theirs.log; false; }'
ok 'so does ours' 'world ours "$start && $WEFT_OUT/bin/ncd --configure --all" >ours.log 2>&1 || { grep -a error: ours.log; false; }'

# What is different by nature: logs, states, caches, the date some files hold.
for w in theirs ours; do
    rm -rf $w/run $w/tmp $w/var/log/ncm $w/var/log/ccm-fetch.log $w/var/lib/ccm
    mv $w/calls $w.calls; rm -rf $w.weft; [ ! -d $w/var/lib/weft ] || mv $w/var/lib/weft $w.weft
    sed -i '1s/^# [A-Z][a-z][a-z] [A-Z][a-z][a-z] .* 20[0-9][0-9]$/# (date)/' $w/etc/lxb/queue.properties
    (cd $w && find . ! -type d -printf '%p %y %m %u %g %l\n' | sort) >$w.list
done
report=ours.weft/ncm/last-run.json
equal() { cmp "theirs$1" "ours$1"; }
for c in $components; do
    ok "$c" '
        jq -e --arg c $c ".components[] | select(.name == \$c) | .status == \"ok\"" $report && grep -aq "on component $c executed, 0 errors" theirs.log &&
        for f in $(jq -r --arg c $c ".components[] | select(.name == \$c).changed[]" $report); do equal $f || exit 1; done'
done
ok 'the same files are there, with mode, owner, links and contents' 'same theirs.list ours.list && diff -r --no-dereference theirs ours'
# Theirs acts at once and again; ours once for each service, a restart making a reload needless.
actions() { grep '^service' "$1" | sort -u | awk '{a[$3] = a[$3] " " $2} END {for (s in a) {if (a[s] ~ / restart/) a[s] = " restart"; print s a[s]}}' | sort; }
ok 'the same services are acted on' 'actions theirs.calls >want && actions ours.calls >got && test -s want && same want got'
ok 'other programs are called with the same words' 'grep -v ^service theirs.calls | sort >want; grep -v ^service ours.calls | sort >got; same want got'

cp -a ours.weft again.weft
mkdir -p again/var/lib && cp -a ours/. again && cp -a ours.weft again/var/lib/weft
ok 'a check of all that can says that nothing would change but a file with the date, and changes nothing' '
    world again "$start --force && rm -f /calls; $WEFT_OUT/bin/ncd --check --json --all" >check.json 2>check.log &&
    jq -e "[.components[] | select(.status == \"ok\")] | length > 15" check.json && test "$(jq -c "[.components[].changed[]]" check.json)" = "[\"/etc/lxb/queue.properties\"]"'
done_testing
