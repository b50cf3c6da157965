# SIGKILL at any moment, for one packager after the other. Half of the kills hit a process alone and leave its children
# to themselves, the others hit all of them.

# kill_rounds PACKAGER ARCH NUMBER: kills spma NUMBER times while it takes six packages from one version to the other and
# back; target VERSION writes the target, which is reached once before.
kill_rounds() {
    kill_packager=$1 kill_arch=$2 kill_number=$3
    kill_target 1
    spma >log 2>&1 || { cat log; return 99; }
    kill_start=$(date +%s%N)
    kill_target 2
    spma >log 2>&1 || { cat log; return 99; }
    took=$((($(date +%s%N) - kill_start) / 1000000))  # what one run takes here: kills fall all over it
    rounds=$((kill_number / 4)) bad=0 interrupted=0
    for round in $(seq "$rounds"); do
        version=$((round % 2 + 1))
        kill_target $version
        for k in 3 2 1 0; do  # whoever is left alone may bring the node to its target, and leave nothing to kill
            perl killing.pl $((($(od -An -N2 -tu2 /dev/urandom) % (took + 20)))) $k
            [ ! -e "$WEFT_ROOT/var/lib/weft/spma/journal" ] || interrupted=$((interrupted + 1))
            "spma-$kill_packager" list >list 2>err || { echo "# unreadable after a kill: $(cat err)"; bad=$((bad + 1)); }
        done
        spma apply --retries 1000 --timeout 0.01 >out 2>err || { echo "# round $round: $(cat err)"; bad=$((bad + 1)); }
        for p in $names; do echo "$p $version 1 $kill_arch"; done >want
        "spma-$kill_packager" list | sort >got
        cmp -s want got || { echo "# round $round: not as wanted: $(cat err)" && diff want got | sed 's/^/# /'; bad=$((bad + 1)); }
        for p in $names; do
            [ "$(sed 's/-1$//' "$WEFT_ROOT/opt/$p/same")" = "$version" ] && [ -e "$WEFT_ROOT/opt/$p/$version-1" ] && [ ! -e "$WEFT_ROOT/opt/$p/$((3 - version))-1" ] ||
                { echo "# round $round: the files of $p are not those of version $version: $(ls "$WEFT_ROOT/opt/$p")"; bad=$((bad + 1)); }
        done
        [ ! -e "$WEFT_ROOT/var/lib/weft/spma/journal" ] || { echo "# round $round: a journal is left"; bad=$((bad + 1)); }
    done
    echo "# $kill_packager: $interrupted of $((rounds * 4)) kills left a journal; a run takes $took ms"
    ok "$kill_packager: $((rounds * 4)) kills, and every node came to its target (REQ-H-3)" "test $bad = 0"
    if [ "$interrupted" -gt 0 ]; then ok "$kill_packager: some of them hit a run under way" true
    else skip "$kill_packager: some of them hit a run under way" 'this time each came before or after it'; fi
}

cat >killing.pl <<'END'
# killing.pl MS WAY: run spma, and after MS kill 0 spma alone, 1 the packager with it, 2 and 3 all that came of it
use strict; use warnings; use Time::HiRes 'usleep';
my ($after, $way) = @ARGV;
my $pid = fork // die;
if (!$pid) { setpgrp; open STDOUT, '>', 'out'; open STDERR, '>', 'err'; exec 'spma', 'apply', '--retries', '1000', '--timeout', '0.01' }
usleep $after * 1000;
sub children { map { split ' ', `ps -o pid= --ppid $_` } @_ }
kill 'STOP', $pid;
my @first = children($pid);
my (@all, @next) = ();
for (@next = @first; @next; @next = children(@next)) { kill 'STOP', @next if $way > 1; push @all, @next }
kill 9, $pid, $way > 1 ? @all : $way ? @first : ();
waitpid $pid, 0;
# What was left alone ends in its own time.
sub alive { open my $f, '<', "/proc/$_[0]/stat" or return 0; my $line = <$f>; return defined $line && $line !~ /\) [ZX] / }
for (1 .. 4000) { last unless grep { alive($_) } @all; usleep 5000 }
END
