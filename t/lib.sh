# The shell half of the test harness: TAP, one scratch folder per script. A test file opens by saying
# what it proves, sources this, calls ok for each claim and ends with done_testing.
#   $WEFT_SRC   the source tree        $WEFT_OUT   the build tree (bin/ is first in PATH)
#   $scratch    the test's own folder, current when the claims run, removed at the end
n=0 failed=0
WEFT_SRC=${WEFT_SRC:-$PWD}
case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
scratch=$(mktemp -d "${TMPDIR:-/tmp}/weft-t.XXXXXX") || exit 99
cleanup() { :; }                       # a test redefines it to end what it started
trap 'cleanup; cd /; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
cd "$scratch" || exit 99

# ok 'claim' 'commands': the claim holds when every command does: set -e is on. It does not stop for a failure that is
# not the last of an && list, nor for one under !, unless that is the end of the claim: put each step on a line, say
# `not` instead of ! (t/claims.t looks for such).
ok() {
    n=$((n + 1))
    # Not in the condition of an if: there set -e would not count, and a failing line in the middle would pass.
    (set -e; eval "$2") >out.log 2>&1
    # shellcheck disable=SC2181
    if [ $? = 0 ]; then echo "ok $n - $1"; else
        failed=1
        echo "not ok $n - $1"
        # Where prove shows it.
        { echo "$self: not ok $n - $1"; cat out.log; } | sed 's/^/# /' >&2
    fi
}
# skip 'claim' 'reason'
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
# again_in command...: this script once more, inside it (unshare and the like)
again_in() { cd / && rm -rf "$scratch" && exec "$@" "$self"; }
# skip_all 'reason': the whole file
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
# code 65 command...: the command's exit status is 65
code() {
    want=$1 got=0; shift
    "$@" || got=$?
    test "$got" = "$want" || { echo "exit status $got, want $want: $*"; false; }
}
# not command...: it fails
not() { if "$@"; then echo "did not fail: $*"; false; fi; }
# same want got: two files are equal; the difference is shown when they are not
same() { diff -u "$1" "$2"; }
# until_true seconds command...: the command succeeds within that time
until_true() {
    limit=$(($(date +%s%3N) + $1 * 1000)); shift
    until "$@"; do
        test "$(date +%s%3N)" -lt "$limit" || { echo "not within the time: $*"; return 1; }
        sleep 0.02
    done
}
# free_port: a TCP and UDP port of the loopback nobody listens on now
free_port() {
    perl -MIO::Socket::INET -e '
        for (1 .. 50) {
            my $t = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Proto => "tcp", Listen => 1) or next;
            my $u = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Proto => "udp", LocalPort => $t->sockport) or next;
            print $t->sockport, "\n"; exit 0;
        }
        exit 1'
}
done_testing() { echo "1..$n"; exit $failed; }
