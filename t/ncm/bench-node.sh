#!/bin/sh
# The node's figures: fetching and asking a profile of 250 KB, a run of five components with nothing to do, from a
# notification to the first component.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
exec 2>/dev/null
rm "$node/etc/ncm-ncd.conf"   # the built-in components
cleanup() { for p in cdispd cdp-listend; do kill "$(cat "$node/run/weft/$p.pid")"; done; }

# middle N command...: the median wall time of N runs, in ms; what it prints goes nowhere
middle() {
    runs=$1; shift
    perl -MTime::HiRes=time -e '
        my ($n, @c) = @ARGV; my @t;
        open my $out, ">&", STDOUT; open STDOUT, ">", "/dev/null";
        for (1 .. $n) { my $a = time; system(@c); push @t, (time - $a) * 1000; die if $?; }
        @t = sort { $a <=> $b } @t; printf $out "%.1f", $t[$n / 2]' "$runs" "$@"
}
figure() { printf '%-62s %8s %-3s (limit %s)\n' "$1" "$2" "$3" "$4"; }

{
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<nlist format="pan" name="profile"><nlist name="system"><nlist name="network"><string name="hostname">lxb001</string><string name="domainname">example.org</string></nlist></nlist>'
    printf '<nlist name="filler">'
    for i in $(seq 1 2150); do printf '<nlist name="item%d"><string name="text">some text of a usual length %d</string><long name="n">%d</long></nlist>\n' "$i" "$i" "$i"; done
    printf '</nlist><nlist name="software"><nlist name="components">'
    active hostsfile '<nlist name="entries"><nlist name="lxb002"><string name="ipaddr">192.0.2.2</string></nlist></nlist>'
    active sysctl '<nlist name="variables"><string name="net.ipv4.ip_forward">1</string></nlist>'
    active cron '<list name="entries"><nlist><string name="name">backup</string><string name="frequency">5 2 * * *</string><string name="command">/usr/bin/backup</string></nlist></list>'
    active symlink '<list name="links"><nlist><string name="name">/opt/a</string><string name="target">b</string></nlist></list>'
    active metaconfig '<nlist name="services"><nlist name="_2fetc_2fa_2ejson"><string name="module">json</string><nlist name="contents"><long name="a">1</long></nlist></nlist></nlist>'
    printf '</nlist></nlist></nlist>\n'
} >profile.xml
figure 'size of the profile' $(($(stat -c %s profile.xml) / 1024)) KB 250

ccm-fetch || exit 1
cpu=$(perl -e 'for (1 .. 20) { system("ccm-fetch", "--force") and die } my @t = times; printf "%.1f", ($t[2] + $t[3]) / 20 * 1000')
figure 'fetch, parse, store and activate it, CPU' "$cpu" ms 25
figure 'ccm get PATH, process start included' "$(middle 50 ccm get /filler/item77/text)" ms 5
figure 'ccm --format json of all of it' "$(middle 20 ccm --format json)" ms -
ncd --configure --all >out || { cat out; exit 1; }
figure 'ncd --configure --all, five components, nothing to change' "$(middle 30 ncd --configure --all)" ms 50


# A forced run of 25 with nothing to change: components in plain files, each with its own configuration.
cp profile.xml profile.first
built_in=$(ncm-component --list | awk '$1 !~ /^(systemd|spma)$/ {print $1}' | head -25)
one() { active "$1" "$2"; }
several=$(for c in $built_in; do
    case $c in
    filecopy) one $c '<nlist name="services"><nlist name="_2fetc_2fmotd"><string name="config">x</string></nlist></nlist>' ;;
    resolver) one $c '<list name="servers"><string>192.0.2.1</string></list>' ;;
    *) one "$c" '' ;;
    esac
done)
profile "$several"; ccm-fetch --force; ncd --configure --all >out
figure "ncd --configure --all, $(echo "$built_in" | wc -l) of our components, nothing to change" "$(middle 10 sh -c 'ncd --configure --all; :')" ms 400
profile "$(for i in $(seq 1 50); do active "c$i" "<long name='n'>1</long>"; done)"
for i in $(seq 1 50); do component "c$i" </dev/null; done
echo "component-dir = $scratch/components" >"$node/etc/ncm-ncd.conf"
ccm-fetch --force
rm -f ready; cdispd --ready-fd 9 9>ready & until_true 10 test -s ready || exit 1
looked() { jq -e --argjson cid "$(cat "$node/var/lib/ccm/current.cid")" '.cid == $cid and .status == "ok"' "$node/var/lib/weft/ncm/status.json"; }
until_true 60 looked >/dev/null || exit 1
spent() { awk '{print $1}' "/proc/$(cat "$node/run/weft/cdispd.pid")/schedstat"; }
before=$(spent)
for n in 1 2 3 4 5; do
    profile "$(for i in $(seq 1 50); do active "c$i" "<long name='n'>1</long>"; done)" "<long name='other'>$n</long>"
    ccm-fetch; until_true 20 looked >/dev/null
done
figure 'cdispd: a new profile that concerns none of 50 components, CPU' "$(awk -v a="$before" -v b="$(spent)" 'BEGIN {printf "%.1f", (b - a) / 5e6}')" ms 30
kill "$(cat "$node/run/weft/cdispd.pid")"; until_true 10 flock -n "$node/run/weft/cdispd.pid" true
rm -r "$node/var/lib/weft"; rm -f components/c*; mv profile.first profile.xml; ccm-fetch --force

port=$(free_port)
printf 'address = 127.0.0.1\nport = %s\nfetch_smear = 0\nmin_interval = 0\nsource_burst = 0\n' "$port" >"$node/etc/cdp-listend.conf"
component first <<'END'
perl -MTime::HiRes=time -e 'printf "%.4f\n", time' >"$NCM_ROOT/first"
END
echo "component-dir = $scratch/components" >"$node/etc/ncm-ncd.conf"
for p in cdp-listend cdispd; do rm -f ready; $p --ready-fd 9 9>ready & until_true 10 test -s ready || exit 1; done
cat >measure.pl <<'END'
use Time::HiRes qw(time sleep); use IO::Socket::INET;
my ($port, $root) = @ARGV; my @t;
my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Proto => 'udp');
for my $i (1 .. 20) {
    open my $f, '>', 'new.xml'; print $f "<nlist format='pan' name='profile'><nlist name='software'><nlist name='components'><nlist name='first'><boolean name='active'>true</boolean><boolean name='dispatch'>true</boolean><long name='i'>$i</long></nlist></nlist></nlist></nlist>"; close $f;
    rename 'new.xml', 'profile.xml'; unlink "$root/first";
    my $a = time; $s->send("ccm\0" . int $a);
    sleep 0.002 until -s "$root/first";
    open $f, '<', "$root/first"; push @t, (<$f> - $a) * 1000; sleep 0.2;
}
@t = sort { $a <=> $b } @t; printf "%.1f", $t[@t / 2];
END
figure 'from the notification to the component (fetch included), median' "$(perl measure.pl "$port" "$node")" ms 50
for p in cdispd cdp-listend; do
    kb=$(awk '/^Private/ { s += $2 } END { print s }' "/proc/$(cat "$node/run/weft/$p.pid")/smaps_rollup")
    figure "private memory of $p, idle" "$kb" KB '8192 for both'
done
