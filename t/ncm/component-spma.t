#!/bin/sh
# spma writes the target, the repositories and the settings of the package agent from the profile, and runs it.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip

make_rpm ntp 1 1 'BuildArch: noarch' && make_rpm ntp 2 1 'BuildArch: noarch' && createrepo_c -q rpms || exit 99
mkdir -p "$NCM_ROOT/var/lib"
repositories='[{"name": "base", "enabled": true, "gpgcheck": false, "protocols": [{"name": "file", "url": "file://'$scratch'/rpms"}]}]'
# extra PACKAGES: the watched trees
extra() { printf '"extra": {"/software/packages": %s, "/software/repositories": %s}' "$1" "$repositories"; }
installed() { spma-rpm --root "$NCM_ROOT" list; }

ok 'every shape of /software/packages becomes lines of the target' '
    run 0 spma configure "{\"run\": false, \"userpkgs\": true, \"held\": [\"held\"], \"unwanted\": [\"game*\"], \"locked\": [\"nvidia\"], \"essential\": [\"a\", \"b\"], \"missing\": \"add\"}" \
        "$(extra "{\"any\": {}, \"held\": {\"_31_2d1\": {\"arch\": {\"noarch\": \"\"}}}, \"kernel\": {\"_31_3a5_2d1\": {\"arch\": {\"i686\": \"\", \"x86_64\": \"base\"}}, \"_36_2d2\": {\"arch\": {\"x86_64\": \"\"}}}, \"lib_2a\": {\"_31_2e_2a\": {\"arch\": {\"x86_64\": \"\"}}}}")" &&
    changed /etc/spma.conf /var/lib/spma-repositories.json /var/lib/spma-target.cf &&
    holds /var/lib/spma-target.cf <<-"END" && holds /etc/spma.conf <<-"END2" && jq -e ".[0].name == \"base\"" $NCM_ROOT/var/lib/spma-repositories.json
	# Written by ncm-spma (Weft); local changes are lost.
	- any * * *
	- held 1 1 noarch HELD
	- kernel 1:5 1 i686
	- kernel 1:5 1 x86_64
	- kernel 6 2 x86_64
	- lib* 1.* * x86_64 IFPRESENT
	- game* * * * ISUNWANTED
	- nvidia * * * LOCKED
	END
	# Written by ncm-spma (Weft); local changes are lost.
	packager = rpm
	userpkgs = yes
	essential = a b
	dependencies = add
	END2'
ok 'spma reads them' '"$WEFT_OUT/bin/spma" --root "$NCM_ROOT" plan --dependencies ignore >plan; grep -q "install kernel-1:5-1.i686" plan'

one='{"ntp": {"_31_2d1": {"arch": {"noarch": ""}}}}'
ok 'check tells what would be installed, and installs nothing' '
    run 0 spma check "{}" "$(extra "$one")" && says ".msg == \"install ntp-1-1.noarch: wanted by line 2 of the target\"" && test -z "$(installed)"'
ok 'configure installs it' 'run 0 spma configure "{}" "$(extra "$one")" && says ".msg == \"install ntp-1-1.noarch: wanted by line 2 of the target\"" && test "$(installed)" = "ntp 1 1 noarch"'
ok 'a second run changes nothing' 'run 0 spma configure "{}" "$(extra "$one")" && changed && test "$(installed)" = "ntp 1 1 noarch"'
ok 'a new version in the profile is an upgrade' 'run 0 spma configure "{}" "$(extra "{\"ntp\": {\"_32_2d1\": {\"arch\": {\"noarch\": \"\"}}}}")" && changed /var/lib/spma-target.cf && test "$(installed)" = "ntp 2 1 noarch"'
ok 'what cannot be had is an error that names it' '
    run 1 spma configure "{}" "$(extra "{\"ntp\": {\"_39_2d1\": {\"arch\": {\"noarch\": \"\"}}}}")" && says "(.msg // \"\") | contains(\"no repository holds\")" && says ".msg == \"spma ended with status 69\"" && test "$(installed)" = "ntp 2 1 noarch"'
ok 'a profile without packages changes no package' 'run 0 spma configure "{}" && says "(.msg // \"\") | startswith(\"the profile has no packages\")" && test "$(installed)" = "ntp 2 1 noarch"'
ok 'groups become lines for their kinds of packages' '
    run 0 spma configure "{\"run\": false}" "$(extra "$one" | sed "s|}$||"), \"/software/groups\": {\"core\": {}, \"web\": {\"mandatory\": true, \"default\": false, \"optional\": true}}}" &&
    grep @ $NCM_ROOT/var/lib/spma-target.cf >got && printf -- "- @%s * * *\n" core/mandatory core/default web/mandatory web/optional >want && same want got'
ok 'Debian has no groups, and that is said' '
    run 0 spma configure "{\"run\": false, \"packager\": \"dpkg\"}" "$(extra "$one" | sed "s|}$||"), \"/software/groups\": {\"core\": {}}}" && says "(.msg // \"\") | startswith(\"groups of packages are a matter of rpm\")" && ! grep @ $NCM_ROOT/var/lib/spma-target.cf'
ok 'keys, signatures and snapshots of repositories go to spma as they are' '
    repositories="[{\"name\": \"base\", \"gpgcheck\": true, \"gpgkey\": [\"file:///k\"], \"snapshot\": \"2026-11-01\", \"protocols\": [{\"url\": \"file:///x\"}]}]" && run 0 spma configure "{\"run\": false, \"checksig\": true}" "$(extra "$one")" &&
    jq -e ".[0] | .gpgcheck and .gpgkey == [\"file:///k\"] and .snapshot == \"2026-11-01\"" $NCM_ROOT/var/lib/spma-repositories.json && grep -qx "checksig = yes" $NCM_ROOT/etc/spma.conf'
ok 'removed, it takes its files along and leaves the packages' 'run 0 spma unconfigure "{}" && changed /var/lib/spma-target.cf /var/lib/spma-repositories.json /etc/spma.conf && test "$(installed)" = "ntp 2 1 noarch"'
done_testing
