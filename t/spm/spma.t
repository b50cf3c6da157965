#!/bin/sh
# spma on a scratch root with rpm: plans, carries out, remembers what is ours, refuses what would ruin the node, and
# finishes what a kill interrupted.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip

for p in ntp game tool; do for v in 1 2; do make_rpm $p $v 1 'BuildArch: noarch' || exit 99; done; done
make_rpm rude 1 1 'BuildArch: noarch' '%pre -p <lua>\nerror("no")' && make_rpm bash 5 1 'BuildArch: noarch' &&
    make_rpm kernel 9 1 'BuildArch: noarch' || exit 99
export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc"
target() { printf '%s\n' "$@" | sed "s|^|$scratch/rpms |" >"$lib/spma-target.cf"; }
installed() { spma-rpm list | sort | tr '\n' ','; }

ok 'a plan is told with its reasons, and changes nothing (REQ-H-2)' '
    target "ntp 1 1 noarch" "tool 1 1 noarch" &&
    spma plan >out &&
    printf "install ntp-1-1.noarch: wanted by line 1 of the target\ninstall tool-1-1.noarch: wanted by line 2 of the target\n2 to install, 0 to replace, 0 to erase\n" >want &&
    same want out && test -z "$(installed)"'

ok 'noaction carries nothing out' 'spma --noaction >out 2>err && test -z "$(installed)" && test ! -e $lib/spma-managed-packages &&
    grep -q "info: noaction: 2 to install" err'

ok 'without a verb it carries out, as it always did' '
    spma >out 2>err && test "$(installed)" = "ntp 1 1 noarch,tool 1 1 noarch," &&
    printf "ntp 1 1 noarch\ntool 1 1 noarch\n" >want && same want $lib/spma-managed-packages &&
    sed "s/.*info/info/" err >got && echo "info: done, run 1: 2 to install, 0 to replace, 0 to erase" >want && same want got'

ok 'nothing to do is told' 'spma apply >out 2>err && test ! -s out && grep -q "info: nothing to do" err && spma drift'

ok 'one mixed transaction (REQ-H-3)' '
    target "ntp 2 1 noarch" "game 1 1 noarch" &&
    spma plan >out &&
    printf "replace ntp-2-1.noarch < ntp-1-1.noarch (upgrade): wanted by line 1 of the target\ninstall game-1-1.noarch: wanted by line 2 of the target\nerase tool-1-1.noarch: not in the target\n1 to install, 1 to replace, 1 to erase\n" >want &&
    same want out && code 1 spma drift && spma && test "$(installed)" = "game 1 1 noarch,ntp 2 1 noarch,"'

ok 'as JSON (REQ-H-2)' 'target "ntp 1 1 noarch" && spma plan --json >out &&
    jq -e ".operations[0].package.version == \"1\" and .operations[0].direction == \"downgrade\" and .operations[1].action == \"erase\" and .summary == \"0 to install, 1 to replace, 1 to erase\"" out'

ok 'why a package is what it is' '
    spma why game >out &&
    printf "installed: game-1-1.noarch, ours\nplan: erase game-1-1.noarch: not in the target\nrun 2: nothing -> game-1-1.noarch\n" >want && same want out &&
    code 1 spma why nobody 2>err && echo "spma: error: '"'nobody'"' is neither installed nor in the target" >want && same want err'

ok 'a run can be rolled back (REQ-H-7)' '
    spma rollback 2 >out 2>err && test "$(installed)" = "ntp 1 1 noarch,tool 1 1 noarch," &&
    code 1 spma rollback 77 2>err && grep -q "there is no run 77" err &&
    spma history >out && grep -c . out | grep -qx 3 && grep -q "rollback 2" out'

ok 'users may keep what is not ours (REQ-H-8)' '
    rpm --root $WEFT_ROOT -i --force $scratch/rpms/game-1-1.noarch.rpm 2>&1 &&
    target "ntp 2 1 noarch" &&
    spma --userpkgs yes >out 2>err && test "$(installed)" = "game 1 1 noarch,ntp 2 1 noarch," &&
    spma --userpkgs yes drift >out && echo "keep game-1-1.noarch: not ours, and users'"'"' packages may stay" >want && same want out'

ok 'settings come from the file, options go first (REQ-H-1)' '
    printf "userpkgs = yes\n" >$WEFT_ROOT/etc/spma.conf &&
    spma plan | grep -qx "nothing to do" && spma --userpkgs no plan | grep -q "erase game" &&
    printf "userpkg = yes\n" >$WEFT_ROOT/etc/spma.conf &&
    code 255 spma 2>err && grep -q "did you mean '"'userpkgs'"'" err && code 78 spma apply 2>err &&
    printf "userprio = yes\n" >$WEFT_ROOT/etc/spma.conf && code 78 spma plan 2>err && grep -q "userprio needs userpkgs" err &&
    rm $WEFT_ROOT/etc/spma.conf'

ok 'historic statuses: -1 for our errors (REQ-H-1)' '
    code 255 spma --nonsense 2>err && code 255 spma --targetconf /nowhere 2>err && code 64 spma plan --nonsense 2>err &&
    code 74 spma plan --targetconf /nowhere 2>err && code 255 spma plann 2>err && grep -q "unknown verb .plann." err && grep -q "did you mean .plan." err'

ok 'an empty target is refused, whatever the reason' '
    : >$lib/spma-target.cf && code 255 spma 2>err && code 77 spma apply --override "I mean it" 2>err && grep -q "the target is empty" err && installed | grep -q ntp'

ok 'an essential package goes only with a reason (REQ-H-5)' '
    target "ntp 2 1 noarch" "bash 5 1 noarch" && spma && target "ntp 2 1 noarch" &&
    code 77 spma apply 2>err && grep -q "bash-5-1.noarch.* is essential" err && grep -q "hint: if it is right" err && installed | grep -q bash &&
    spma apply --override "containers need no shell" 2>err && ! installed | grep bash &&
    spma history | tail -1 | grep -q "overriding: containers need no shell"'

ok 'the running kernel stays (REQ-H-5)' '
    target "ntp 2 1 noarch" "kernel 9 1 noarch" && spma && target "ntp 2 1 noarch" &&
    spma --kernel 9-1.noarch && installed | grep -q kernel &&
    code 77 spma apply --kernel 9-1.noarch --protectkernel no 2>err && grep -q "is the running kernel" err && spma --kernel 8 && ! installed | grep kernel'

ok 'what needs a reboot is told before, after, and when asked, until the node has rebooted' '
    target "ntp 2 1 noarch" "kernel 9 1 noarch" && rm -f $lib/weft/spma/reboot && code 1 spma reboot-needed >out && test ! -s out && spma plan | grep -qx "reboot needed: kernel-9-1.noarch is a new kernel" &&
    spma plan --json | jq -e ".reboot == [\"kernel-9-1.noarch is a new kernel\"]" && spma 2>err && grep -q "warning: reboot needed: kernel-9-1.noarch is a new kernel" err &&
    spma reboot-needed >out && echo "kernel-9-1.noarch is a new kernel" >want && same want out &&
    mkdir -p $WEFT_ROOT/run && : >$WEFT_ROOT/run/reboot-required && echo libfoo >$WEFT_ROOT/run/reboot-required.pkgs && spma reboot-needed | tail -1 | grep -qx "packages ask for it in /run/reboot-required: libfoo" &&
    rm $WEFT_ROOT/run/reboot-required && sed -i "1s/.*/another boot/" $lib/weft/spma/reboot && code 1 spma reboot-needed && target "ntp 2 1 noarch" && spma --kernel 8'

ok 'a terminal sees how far it is' '
    target "ntp 1 1 noarch" "game 1 1 noarch"
    script -qec "spma apply --guardpercent 100" /dev/null </dev/null >out 2>&1
    cat out; grep -q "\[2/.\] " out && grep -q "done, run" out && target "ntp 2 1 noarch" && spma 2>err && ! grep -q "\[1/" err'

cat >ours <<'END'
#!/bin/sh
for last; do :; done
case " $* " in
*' capabilities '*) printf 'format rpm\ntransaction one\nversions one\nfetches yes\n' ;;
*' list '*) cat state 2>/dev/null || : ;;
*' apply '*) while read -r action name version release arch file; do echo "$name $version $release $arch" >>state; echo "done $action $name"; done <"$last" ;;
esac
END
chmod +x ours
ok 'a packager of the site is a program at any path (REQ-H-3)' '
    mkdir -p other/var/lib
    echo "- app 1 1 noarch" >other/var/lib/spma-target.cf
    spma --root $PWD/other --packager $PWD/ours apply 2>err
    cat err; echo "app 1 1 noarch" >want && same want state &&
    spma --root $PWD/other --packager $PWD/ours plan | grep -qx "nothing to do" && code 78 spma plan --packager $PWD/none 2>err && grep -q "there is no packager" err'

ok 'a packager that fails gives status 1, and the next run goes on' '
    target "ntp 2 1 noarch" "rude 1 1 noarch" "tool 2 1 noarch" &&
    code 1 spma 2>err && grep -q "a script of rude-1-1.noarch failed" err &&
    target "ntp 2 1 noarch" "tool 2 1 noarch" && spma && test "$(installed)" = "ntp 2 1 noarch,tool 2 1 noarch,"'

ok 'packages that cannot be had are all told, and nothing happens' '
    target "ntp 3 1 noarch" "tool 3 1 noarch" &&
    code 69 spma apply 2>err &&
    printf "spma: error: 2 of 2 packages cannot be had:\n  cannot read '"'$scratch/rpms/ntp-3-1.noarch.rpm'"': No such file or directory\n  cannot read '"'$scratch/rpms/tool-3-1.noarch.rpm'"': No such file or directory\n" >want &&
    same want err && test "$(installed)" = "ntp 2 1 noarch,tool 2 1 noarch,"'

ok 'a target that is none is refused with its place' '
    printf "%s ntp * 2 noarch\n" - >$lib/spma-target.cf && code 65 spma plan 2>err &&
    printf "%s\n" "$lib/spma-target.cf:1:9: error: '"'ntp': version '*'"' with release '"'2'"'" "    1 | - ntp * 2 noarch" "      |         ^" "hint: with any version goes any release: write '"'*'"' for both" >want &&
    same want err'

ok 'two runs at once: the second waits, then gives up' '
    target "ntp 2 1 noarch" "tool 2 1 noarch" &&
    mkdir -p $WEFT_ROOT/var/lock/quattor &&
    flock $WEFT_ROOT/var/lock/quattor/spma sh -c "
        spma apply --retries 1 --timeout 0.1 2>err; echo \$? >status; spma apply --ignorelock yes && spma apply --forcelock yes --retries 0" &&
    test "$(cat status)" = 75 && grep -q "is locked by process" err'

ok 'what verify finds' 'spma verify && echo x >$WEFT_ROOT/opt/ntp/same && code 1 spma verify ntp >out && grep -q /opt/ntp/same out'

ok 'an interrupted run is finished by the next one, whatever its target' '
    mkdir -p $lib/weft/spma && printf "replace ntp 1 1 noarch $scratch/rpms/ntp-1-1.noarch.rpm ntp 2 1 noarch\n" >$lib/weft/spma/journal &&
    spma apply 2>err && grep -q "the last run was interrupted, 1 operations are finished first" err && grep -q "info: the interrupted run is finished" err &&
    test ! -e $lib/weft/spma/journal && installed | grep -q "ntp 2 1"'

ok 'a journal that cannot be finished, or read, does not stop the next run' '
    printf "install gone 1 1 noarch /nowhere/gone.rpm\n" >$lib/weft/spma/journal &&
    spma apply 2>err && grep -q "/nowhere/gone.rpm.* is gone" err && test ! -e $lib/weft/spma/journal &&
    printf "nonsense\n" >$lib/weft/spma/journal && spma apply 2>err && grep -q "the journal cannot be read" err'
done_testing
