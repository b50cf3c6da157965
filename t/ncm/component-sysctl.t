#!/bin/sh
# sysctl keeps kernel parameters in a file of its own, or among the lines of others.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
own='{"confFile": "90-site.conf", "variables": {"net.ipv4.ip_forward": "1", "kernel.core_uses_pid": 1}}'
shared='{"variables": {"net.ipv4.ip_forward": "1", "vm.swappiness": "10"}}'

ok 'check says what would change and changes nothing' '
    run 0 sysctl check "$own" && changed /etc/sysctl.d/90-site.conf && says ".msg == \"would run: /sbin/sysctl -e -q -p /etc/sysctl.d/90-site.conf\"" &&
    test ! -e "$NCM_ROOT/etc/sysctl.d"'
ok 'a file of its own is written whole' '
    run 0 sysctl configure "$own" && changed /etc/sysctl.d/90-site.conf && holds /etc/sysctl.d/90-site.conf <<-"END"
	# Written by ncm-sysctl (Weft); local changes are lost.
	kernel.core_uses_pid = 1
	net.ipv4.ip_forward = 1
	END'
ok 'below a root nothing is loaded into the running kernel' 'says ".msg == \"not run below NCM_ROOT: /sbin/sysctl -e -q -p /etc/sysctl.d/90-site.conf\""'
if sysctl --dry-run -p "$NCM_ROOT/etc/sysctl.d/90-site.conf" >dry 2>&1; then
    ok 'sysctl itself reads the file' 'grep -qx "net.ipv4.ip_forward = 1" dry'
else
    skip 'sysctl itself reads the file' "sysctl --dry-run does not work here"
fi
ok 'a second run changes nothing and loads nothing' 'run 0 sysctl configure "$own" && changed && ! grep -q sbin lines'
printf '# defaults\n#net.ipv4.ip_forward=0\nkernel.panic = 5\nvm.swappiness=60\nvm.swappiness=70\n' >"$NCM_ROOT/etc/sysctl.conf"
ok 'in a file of others only our keys change, where they stand' '
    run 0 sysctl configure "$shared" && holds /etc/sysctl.conf <<-"END"
	# defaults
	net.ipv4.ip_forward = 1
	kernel.panic = 5
	vm.swappiness = 10
	END'
ok 'a key that left the configuration goes from the file' '
    run 0 sysctl configure "{\"variables\": {\"vm.swappiness\": \"10\"}}" "\"previous\": $shared" && ! grep -q ip_forward "$NCM_ROOT/etc/sysctl.conf"'
ok 'a line end cannot smuggle in another key' '
    run 1 sysctl configure "{\"variables\": {\"vm.swappiness\": \"10\\nkernel.panic = 1\"}}" && changed && says ".level == \"error\""'
ok 'unconfigure takes its keys out of a shared file' 'run 0 sysctl unconfigure "$shared" && holds /etc/sysctl.conf <<-"END"
	# defaults
	kernel.panic = 5
	END'
ok 'unconfigure removes a file of its own' 'run 0 sysctl unconfigure "$own" && test ! -e "$NCM_ROOT/etc/sysctl.d/90-site.conf"'
ok 'the file is 0444, the one before is kept' '
    run 0 sysctl configure "{\"confFile\": \"50-x.conf\", \"variables\": {\"kernel.sysrq\": \"0\"}}"
    run 0 sysctl configure "{\"confFile\": \"50-x.conf\", \"variables\": {\"kernel.sysrq\": \"1\"}}"
    test "$(stat -c %a "$NCM_ROOT/etc/sysctl.d/50-x.conf")" = 444
    grep -q "kernel.sysrq = 0" "$NCM_ROOT/etc/sysctl.d/50-x.conf.bak"'
done_testing
