#!/bin/sh
# chkconfig switches services on and off, with chkconfig or with systemctl.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

unset NCM_ROOT  # what is tested is which commands are run
mkdir tools
cat >tools/chkconfig <<'END'
#!/bin/sh
echo "$*" >>calls
[ "$1" != --list ] || cat list
END
chmod +x tools/chkconfig
printf 'ntpd\t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off\ncups\t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off\nsshd\t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off\nidle\t0:off\t1:off\t2:off\t3:off\t4:off\t5:off\t6:off\n\nxinetd based services:\n\ttime: off\n' >list
# The component has the name of the program it calls.
PATH=$scratch/tools:$WEFT_OUT/bin:/usr/sbin:/usr/bin:/sbin:/bin
chkconfig() { "$WEFT_OUT/bin/ncm/chkconfig" "$@"; }
calls() { grep -v -e --list calls 2>/dev/null || true; rm -f calls; }
does() { cat >want; calls >got; same want got; }
ok 'what is right stays' 'run 0 chkconfig configure "{\"service\": {\"ntpd\": {\"on\": \"\"}, \"idle\": {\"off\": \"\"}, \"nosuch\": {\"off\": \"\"}, \"sshd\": {\"on\": \"5432\"}}}" && does </dev/null'
ok 'on and off, with start and stop' 'run 0 chkconfig configure "{\"service\": {\"idle\": {\"on\": \"35\", \"startstop\": true}, \"c\": {\"name\": \"cups\", \"off\": \"\", \"startstop\": true}}}" && wants idle start && wants cups stop && does <<-"END"
	--level 2345 cups off
	idle off
	--level 35 idle on
	END'
ok 'an unknown one is added first, one to be removed is switched off first' 'run 0 chkconfig configure "{\"service\": {\"fresh\": {\"on\": \"\"}, \"cups\": {\"del\": true}, \"more\": {\"add\": true}, \"idle\": {\"reset\": \"\"}}}" && does <<-"END"
	cups off
	--del cups
	--add fresh
	fresh off
	--level 2345 fresh on
	idle reset
	--add more
	END'
ok 'the default switches others off, but not what one cannot come back from' 'run 2 chkconfig configure "{\"default\": \"off\", \"service\": {\"ntpd\": {\"on\": \"\"}}}" && wants cups stop && says "(.msg // \"\") | startswith(\"'"'sshd'"' is not\")" && echo "cups off" | does'
ok 'check changes nothing' 'run 0 chkconfig check "{\"service\": {\"cups\": {\"off\": \"\"}}}" && does </dev/null && says "(.msg // \"\") | startswith(\"would run: \") and endswith(\"chkconfig --level 2345 cups off\")"'
ok 'levels and names are looked at, and one wrong service does not stop the others' 'run 1 chkconfig configure "{\"service\": {\"ntpd\": {\"on\": \"9\"}, \"-x\": {\"on\": \"\"}, \"cups\": {\"off\": \"\"}}}" && echo "--level 2345 cups off" | does'
ok 'a chkconfig that fails is an error' 'printf "#!/bin/sh\necho broken >&2\nexit 1\n" >tools/chkconfig; run 1 chkconfig configure "{}" && says "(.msg // \"\") | contains(\"broken\")"'
rm tools/chkconfig
if command -v systemctl >/dev/null && test ! -e /sbin/chkconfig; then
    export NCM_ROOT="$scratch/root"
    mkdir -p "$NCM_ROOT/usr/lib/systemd/system" "$NCM_ROOT/etc/systemd/system"
    for u in mond backupd; do printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >"$NCM_ROOT/usr/lib/systemd/system/$u.service"; done
    state() { systemctl --root="$NCM_ROOT" is-enabled "$1" 2>&1; }
    ok 'without chkconfig systemctl does it' 'run 0 chkconfig configure "{\"service\": {\"mond\": {\"on\": \"\"}, \"backupd\": {\"off\": \"\"}, \"none\": {\"off\": \"\"}}}" && test "$(state mond) $(state backupd)" = "enabled disabled"'
    ok 'and back, and what does not exist is an error' 'run 1 chkconfig configure "{\"service\": {\"mond\": {\"del\": true}, \"none\": {\"on\": \"\"}}}" && test "$(state mond)" = disabled && says ".msg == \"there is no service '"'none'"'\""'
fi
done_testing
