#!/bin/sh
# SIGKILL at any moment: the package database stays readable, and the next run brings the node to its target. One half
# of the kills hits spma alone, the other half the packager with it. KILLS=n for another number than 20.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip

names='aa bb cc dd ee ff'
for p in $names; do for v in 1 2; do make_rpm $p $v 1 'BuildArch: noarch' || exit 99; done; done
export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib"
target() { for p in $names; do echo "$scratch/rpms $p $1 1 noarch"; done >"$lib/spma-target.cf"; }
target 1
spma >log 2>&1 || exit 99
start=$(date +%s%N)
target 2
spma >log 2>&1 || exit 99
took=$((($(date +%s%N) - start) / 1000000))  # what one run takes here: kills fall all over it

cat >killing.pl <<'END'
use strict; use warnings; use Time::HiRes 'usleep';
my ($after, $all) = @ARGV;
my $pid = fork // die;
if (!$pid) { setpgrp; open STDOUT, '>', 'out'; open STDERR, '>', 'err'; exec 'spma', 'apply', '--retries', '1000', '--timeout', '0.01' }
usleep $after * 1000;
my @children = split ' ', `ps -o pid= --ppid $pid`;
kill 9, $pid, $all ? @children : ();
waitpid $pid, 0;
# A packager that was left alone ends in its own time.
sub alive { open my $f, '<', "/proc/$_[0]/stat" or return 0; my $line = <$f>; return defined $line && (split ' ', $line)[2] ne 'Z' }
for (1 .. 2000) { last unless grep { alive($_) } @children; usleep 5000 }
END
rounds=$((${KILLS:-20} / 4)) bad=0 interrupted=0
for round in $(seq "$rounds"); do
    version=$((round % 2 + 1))
    target $version
    for k in 1 2 3 4; do
        perl killing.pl $((($(od -An -N2 -tu2 /dev/urandom) % (took + 20)))) $((k % 2))
        [ ! -e "$lib/weft/spma/journal" ] || interrupted=$((interrupted + 1))
        spma-rpm list >list 2>err || { echo "# unreadable after a kill: $(cat err)"; bad=$((bad + 1)); }
    done
    spma apply --retries 1000 --timeout 0.01 >out 2>err || { echo "# round $round: $(cat err)"; bad=$((bad + 1)); }
    for p in $names; do echo "$p $version 1 noarch"; done >want
    spma-rpm list | sort >got
    cmp -s want got || { echo "# round $round: not as wanted:" && diff want got | sed 's/^/# /'; bad=$((bad + 1)); }
    for p in $names; do
        [ "$(cat "$WEFT_ROOT/opt/$p/same")" = "$version" ] && [ -e "$WEFT_ROOT/opt/$p/$version-1" ] && [ ! -e "$WEFT_ROOT/opt/$p/$((3 - version))-1" ] ||
            { echo "# round $round: the files of $p are not those of version $version: $(ls "$WEFT_ROOT/opt/$p")"; bad=$((bad + 1)); }
    done
    [ ! -e "$lib/weft/spma/journal" ] || { echo "# round $round: a journal is left"; bad=$((bad + 1)); }
done
ok "$((rounds * 4)) kills, and every node came to its target" "test $bad = 0"
if [ "$interrupted" -gt 0 ]; then ok 'some of them hit a run under way' true
else skip 'some of them hit a run under way' 'this time each came before or after it'; fi
ok 'rpm finds nothing wrong' 'rpm --root $WEFT_ROOT -Va >out && test ! -s out'
echo "# $interrupted of $((rounds * 4)) kills left a journal; a run takes $took ms"
done_testing
