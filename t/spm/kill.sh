# SIGKILL at any moment, for one packager after the other: of the agent alone, of its packager alone, of both, and of all
# that came of them. The next run starts at once: who was left alone may still be at work, and is waited for by whoever
# comes, not by the test.

# kill_rounds PACKAGER ARCH NUMBER: NUMBER kills of each kind, of runs that take six packages from one version to the
# other and back; kill_target VERSION writes the target.
kill_rounds() {
    kill_packager=$1 kill_arch=$2 kill_number=$3
    kill_target 1
    spma >log 2>&1 || { cat log; return 99; }
    kill_start=$(date +%s%N)
    kill_target 2
    spma >log 2>&1 || { cat log; return 99; }
    took=$((($(date +%s%N) - kill_start) / 1000000))  # what one run takes here: kills fall all over it
    version=2
    for who in agent packager both all; do
        bad=0 interrupted=0
        for round in $(seq "$kill_number"); do
            version=$((3 - version))
            kill_target $version
            perl killing.pl $((($(od -An -N2 -tu2 /dev/urandom) % (took + 20)))) $who
            [ ! -e "$WEFT_ROOT/var/lib/weft/spma/journal" ] || interrupted=$((interrupted + 1))
            spma apply --retries 1000 --timeout 0.01 >out 2>err || { echo "# $who, round $round: $(cat err)"; bad=$((bad + 1)); }
            for p in $names; do echo "$p $version 1 $kill_arch"; done >want
            "spma-$kill_packager" list | sort >got
            cmp -s want got || { echo "# $who, round $round: not as wanted: $(cat err)" && diff want got | sed 's/^/# /'; bad=$((bad + 1)); }
            for p in $names; do
                [ "$(sed 's/-1$//' "$WEFT_ROOT/opt/$p/same")" = "$version" ] && [ -e "$WEFT_ROOT/opt/$p/$version-1" ] && [ ! -e "$WEFT_ROOT/opt/$p/$((3 - version))-1" ] ||
                    { echo "# $who, round $round: the files of $p are not those of version $version: $(ls "$WEFT_ROOT/opt/$p")"; bad=$((bad + 1)); }
            done
            [ ! -e "$WEFT_ROOT/var/lib/weft/spma/journal" ] || { echo "# $who, round $round: a journal is left"; bad=$((bad + 1)); }
        done
        echo "# $kill_packager, $who: $interrupted of $kill_number kills left a journal; a run takes $took ms"
        ok "$kill_packager: $kill_number kills of $who, and the next run at once brought the node to its target (REQ-H-3)" "test $bad = 0"
    done
}

cat >killing.pl <<'END'
# killing.pl MS WHO: run spma, and after MS kill the agent, its packager, both, or all that came of them
use strict; use warnings; use Time::HiRes 'usleep';
my ($after, $who) = @ARGV;
my $pid = fork // die;
if (!$pid) { setpgrp; open STDOUT, '>', 'out'; open STDERR, '>', 'err'; exec 'spma', 'apply', '--retries', '1000', '--timeout', '0.01' }
usleep $after * 1000;
sub children { map { split ' ', `ps -o pid= --ppid $_` } @_ }
kill 'STOP', $pid;
my @packager = children($pid);
my (@all, @next) = ();
if ($who eq 'all') { for (@next = @packager; @next; @next = children(@next)) { kill 'STOP', @next; push @all, @next } }
kill 9, $who eq 'packager' ? () : $pid, $who eq 'agent' ? () : @packager, @all;
kill 'CONT', $pid if $who eq 'packager';
waitpid $pid, 0;
END
