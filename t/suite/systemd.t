#!/bin/sh
# The units that make install puts in place: systemd takes them, the processes that talk to the network are not root and
# can write nothing but their own state.
. "${WEFT_SRC:-.}/t/lib.sh"
command -v systemd-analyze >/dev/null || skip_all 'no systemd-analyze here'

make -s -C "$WEFT_SRC" install MODE="$(basename "$WEFT_OUT")" DESTDIR="$scratch/root" PREFIX=/opt/weft >install.log 2>&1 || { cat install.log; exit 99; }
units=$scratch/root/opt/weft/lib/systemd/system
# systemd looks whether the programs are there: here they are in the build.
mkdir units && for unit in "$units"/*.service; do sed "s#/opt/weft/sbin/#$WEFT_OUT/bin/#" "$unit" >"units/$(basename "$unit")"; done

ok 'make install puts units and users in place' '
    [ -f "$units/cdbd.service" ] && [ -f "$units/cdp-listend.service" ] && [ -f "$units/cdispd.service" ] &&
    grep -q "^ExecStart=/opt/weft/sbin/cdbd" "$units/cdbd.service" && ! grep -r "@PREFIX@" "$units" &&
    grep -q "^u weft-cdb" "$scratch/root/opt/weft/lib/sysusers.d/weft-cdb.conf" && grep -q "^u weft-ccm" "$scratch/root/opt/weft/lib/sysusers.d/weft-ccm.conf"'
for unit in units/*.service; do
    ok "systemd has nothing to say about $(basename "$unit")" 'SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$unit" >out 2>&1 && ! grep -F "$unit" out'
done
for name in cdbd cdp-listend; do
    ok "$name is exposed to little (systemd-analyze security)" '
        systemd-analyze security --offline=yes --threshold=20 --no-pager "units/$name.service" >out || { tail -40 out; false; }'
    ok "$name is not root and has no capability" 'grep -qx "User=weft-[a-z]*" units/$name.service && grep -qx "CapabilityBoundingSet=" units/$name.service && grep -qx "ProtectSystem=strict" units/$name.service'
done
ok 'the listener may give the profile to a group (group_readable of ccm.conf)' '
    test "$(grep "^SystemCallFilter=" units/cdp-listend.service | tail -1)" = SystemCallFilter=@chown'
done_testing
