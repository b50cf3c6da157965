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
# ---- the words of Quattor
spma_word() { run "$1" spma "$2" "$(jq -nc --arg p "$3" --argjson more "${4:-{\}}" '{run: "no", packager: $p} + $more')" "$(extra "$one")"; }
packager_is() { grep -qx "packager = $1" "$NCM_ROOT/etc/spma.conf"; }
repositories='[{"name": "base", "enabled": true, "gpgcheck": false, "priority": 5, "excludepkgs": ["a*", "b"], "gpgkey": ["file:///k1", "file:///k2"], "proxy": "http://px:3128", "protocols": [{"name": "http", "url": "http://a/base", "cacert": "/ca.pem", "verify": true}, {"name": "http", "url": "http://b/base"}]}]'
ok 'yum, yumng, yumdnf and ips are understood' '
    for pair in yum:rpm yumng:rpm yumdnf:dnf ips:pkg; do
        spma_word 0 configure ${pair%:*} && packager_is ${pair#*:} || exit 1
    done'
ok 'the schema takes what that of Quattor takes' '
    cat >old.pan <<-"END"
	object template old;
	include "components/spma/config";
	prefix "/software/components/spma";
	"packager" = "yum";
	"run" = "yes";
	"userpkgs" = "no";
	"userpkgs_retry" = true;
	"fullsearch" = false;
	"proxy" = "yes";
	"proxyhost" = "a.example.org,b.example.org";
	"proxyport" = "3128";
	"proxytype" = "forward";
	"main_options" = dict("exclude", list("x"), "retries", 10);
	"plugins" = dict("fastestmirror", dict("enabled", false));
	"reposdirs" = list("/etc/more");
	END
    panc -I . -I "$WEFT_SRC/templates" --formats json old.pan
    run 0 spma configure "$(jq -c ".software.components.spma | .run = \"no\"" old.json)" "$(extra "$one")"
    grep -qx "proxyhost = a.example.org b.example.org" $NCM_ROOT/etc/spma.conf'
ok 'what is none is an error that names the setting, its value and its rule' '
    spma_word 1 configure yun
    says ".level == \"error\" and .msg == \"the setting '"'/software/components/spma/packager' is 'yun'"': it is one of apt, dnf, dpkg, ips, pkg, rpm, yum, yumdnf, yumng\""'
ok 'why spma failed is an error as well, not only its status' '
    run 1 spma configure "{}" "$(extra "{\"ntp\": {\"_39_2d1\": {\"arch\": {\"noarch\": \"\"}}}}")"
    test "$(jq -s "[.[] | select(.level == \"error\")] | length" lines)" -gt 1'
ok 'yum gets its repositories, in a folder of their own, and the lines of its main file' '
    printf "[main]\ngpgcheck=1\nobsoletes=1\n" >$NCM_ROOT/etc/yum.conf
    mkdir -p $NCM_ROOT/etc/yum.quattor.repos.d
    echo "[x]" >$NCM_ROOT/etc/yum.quattor.repos.d/foreign.repo
    spma_word 0 configure yum "{\"main_options\": {\"exclude\": [\"x\", \"y*\"], \"retries\": 3}, \"plugins\": {\"fastestmirror\": {\"enabled\": false}}}"
    test ! -e $NCM_ROOT/etc/yum.quattor.repos.d/foreign.repo
    grep -qx enabled=0 $NCM_ROOT/etc/yum/pluginconf.d/fastestmirror.conf
    holds /etc/yum.conf <<-"END" && holds /etc/yum.quattor.repos.d/base.pkgs <<-"END2" && holds /etc/yum.quattor.repos.d/base.repo <<-"END3"
	[main]
	gpgcheck=1
	obsoletes=0
	clean_requirements_on_remove=1
	exclude=x y*
	pluginconfpath=/etc/yum/pluginconf.d
	reposdir=/etc/yum.quattor.repos.d
	retries=3
	END
	# Additional configuration for base
	END2
	# Written by ncm-spma (Weft); local changes are lost.

	[base]
	name=base
	baseurl=
	    http://a/base
	    http://b/base
	sslcacert=/ca.pem
	sslverify=1
	metadata_expire=7d
	include=/etc/yum.quattor.repos.d/base.pkgs
	exclude=a* b
	proxy=http://px:3128
	enabled=1
	gpgcheck=0
	priority=5
	gpgkey=
	    file:///k1
	    file:///k2
	END3'
ok 'with packages of users the common folder, and what others put there stays' '
    mkdir -p $NCM_ROOT/etc/yum.repos.d
    echo "[x]" >$NCM_ROOT/etc/yum.repos.d/foreign.repo
    spma_word 0 configure yumdnf "{\"userpkgs\": \"yes\"}"
    test -e $NCM_ROOT/etc/yum.repos.d/foreign.repo
    test -e $NCM_ROOT/etc/yum.repos.d/base.repo
    test ! -e $NCM_ROOT/etc/yum.repos.d/base.pkgs
    grep -qx reposdir=/etc/yum.repos.d $NCM_ROOT/etc/dnf/dnf.conf'
ok 'python reads them as dnf does' '
    python3 -c "import configparser, sys; c = configparser.ConfigParser(interpolation=None); c.read(sys.argv[1]); assert c[\"base\"][\"baseurl\"].split() == [\"http://a/base\", \"http://b/base\"]" $NCM_ROOT/etc/yum.repos.d/base.repo'
ok 'apt gets lists; those of others stay unless the site says no' '
    mkdir -p $NCM_ROOT/etc/apt/sources.list.d
    echo "deb http://x y z" >$NCM_ROOT/etc/apt/sources.list.d/foreign.list
    repositories="[{\"name\": \"deb\", \"protocols\": [{\"name\": \"http\", \"url\": \"http://d/debian stable main\"}]}]"
    spma_word 0 configure apt
    test -e $NCM_ROOT/etc/apt/sources.list.d/foreign.list
    grep -qx "deb \[trusted=yes\] http://d/debian stable main" $NCM_ROOT/etc/apt/sources.list.d/deb.list
    spma_word 0 configure apt "{\"userrepos\": false}"
    test ! -e $NCM_ROOT/etc/apt/sources.list.d/foreign.list'
ok 'a second run changes nothing' 'repositories="[]"; spma_word 0 configure yum; spma_word 0 configure yum && changed'
ok 'a name of a repository is no path' 'repositories="[{\"name\": \"../x\"}]"; spma_word 1 configure yum'
repositories='[]'

ok 'removed, it takes its files along and leaves the packages' '
    run 0 spma unconfigure "{}" && test ! -e $NCM_ROOT/etc/spma.conf && test ! -e $NCM_ROOT/var/lib/spma-target.cf && test ! -e $NCM_ROOT/etc/apt/sources.list.d/deb.list && test "$(installed)" = "ntp 2 1 noarch"'
done_testing
