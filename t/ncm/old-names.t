#!/bin/sh
# Scripts in the field call the programs of Quattor by their names and with their options: all of it goes on working.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

# As installed: the recipe of the real target, on the build there is.
(cd "$WEFT_SRC" && make -s --no-print-directory install DESTDIR="$scratch/dest" PREFIX=/usr MODE="$(basename "$WEFT_OUT")") >install.log 2>&1 || { cat install.log; exit 99; }
usr=$scratch/dest/usr
export PATH="$usr/bin:$usr/sbin:/usr/bin:/bin"
component ntp <<'END'
echo '{"changed":"/etc/ntp.conf"}'
END
component idle </dev/null
profile "$(active ntp '<string name="server">t1</string><nlist name="opt"><long name="n">4</long><list name="l"><boolean>true</boolean></list></nlist>')<nlist name=\"idle\"><boolean name=\"active\">false</boolean></nlist>"

ok 'every name is there' '
    for f in sbin/ncm-ncd sbin/ncm-cdispd sbin/ncm-query bin/ncm-query sbin/quattor-fetch sbin/quattor-configure sbin/quattor-unconfigure sbin/quattor-list sbin/quattor-query bin/quattor-query bin/spma; do
        "$usr/$f" -V >/dev/null || exit 1
    done'
ok 'their pages and the unit lead to what they are' '
    test "$(readlink "$usr/share/man/man8/ncm-ncd.8")" = ncd.8
    test -f "$usr/share/man/man8/ncm-cdispd.8"
    grep -qx Alias=ncm-cdispd.service "$usr/lib/systemd/system/cdispd.service"'
ok 'quattor-fetch fetches' 'quattor-fetch --force && test "$(cat $node/var/lib/ccm/current.cid)" = 1'
ok 'ncm-ncd configures, as boot scripts ask' 'ncm-ncd --verbose --configure ntp >out 2>&1 && grep -q "ntp: ok" out && runs | grep -qx "configure ntp"'
ok 'quattor-configure, -list and -unconfigure bring their verb' '
    quattor-configure --all >out 2>&1
    test "$(runs)" = "configure ntp"
    quattor-list >out
    grep -qx "ntp active" out
    quattor-unconfigure ntp >out 2>&1
    test "$(runs)" = "unconfigure ntp"'
ok 'ncm-cdispd takes the options of its cron jobs' 'ncm-cdispd -n --interval 10 --cache_root $node/var/lib/ccm --state $node/s --noautoregcomp --ncd-retries 3'

tree() { printf '\n[INFO] Subtree: %s\n' "$1"; cat; }
ok 'ncm-query prints a tree with types' '
    ncm-query --component ntp >got
    tree /software/components/ntp >want <<-"END"
	+-ntp
	  $ active : (boolean) '"'true'"'
	  $ dispatch : (boolean) '"'true'"'
	  +-opt
	    +-l
	      $ 0 : (boolean) '"'true'"'
	    $ n : (long) '"'4'"'
	  $ server : (string) '"'t1'"'
	END
    same want got
    ncm-query --components ntp >got
    same want got
    ncm-query --dump /software/components/ntp >got
    same want got
    ncm-query /software/components/ntp/ >got
    same want got'
ok 'several paths, several components' '
    test "$(ncm-query --components ntp idle | grep -c Subtree)" = 2
    test "$(ncm-query --dump /software /hardware 2>err | grep -c Subtree)" = 1
    grep -q "the path ./hardware. does not exist" err'
ok 'as assignments' 'ncm-query --pan --dump /software/components/ntp/opt >got; grep -qx "\"/software/components/ntp/opt/n\" = 4; # long" got'
ok 'no deeper than asked' '! ncm-query --depth=1 /software/components/ntp | grep -q "\$ n :" && ncm-query --depth 2 /software/components/ntp | grep -q "\$ n :"'
ok 'paths for completion' '
    ncm-query --depth=1 --paths /software/components/ >got
    printf "/software/components/idle/\n/software/components/ntp/\n" >want
    same want got
    ncm-query --depth=1 --paths / >got
    echo /software/ >want
    same want got
    ncm-query --paths /software/components/ntp/opt >got
    printf "/software/components/ntp/opt/%s\n" l/ l/0 n >want
    same want got'
ok 'a script asks whether a component is active' '
    ncm-query --quiet --isactive ntp >got 2>&1
    code 255 ncm-query --quiet --isactive idle >>got 2>&1
    code 255 ncm-query --quiet --isactive nosuch >>got 2>&1
    test ! -s got
    code 255 ncm-query --isactive ../x 2>err'
ok 'no question, no path, no cache' '
    code 255 ncm-query 2>err
    grep -q "name a path or a component" err
    code 255 ncm-query /nowhere 2>err
    code 74 ncm-query --cache_root $scratch/none / 2>err'

ok 'while global.lock says yes a new profile is kept and does not become current' '
    echo yes >$node/var/lib/ccm/global.lock
    profile "$(active ntp)"
    ccm-fetch 2>err
    grep -q "the cache is locked" err
    test "$(cat $node/var/lib/ccm/current.cid) $(cat $node/var/lib/ccm/latest.cid)" = "1 2"'
ok 'and nobody rolls back' 'code 75 ccm rollback 2 2>err && grep -q "global.lock. says yes" err && test "$(cat $node/var/lib/ccm/current.cid)" = 1'
ok 'after no the next fetch makes it current' 'echo no >$node/var/lib/ccm/global.lock; ccm-fetch && test "$(cat $node/var/lib/ccm/current.cid)" = 2'
done_testing
