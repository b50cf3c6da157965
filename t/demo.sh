#!/bin/sh
# The demonstration: one site on one machine, from templates to changed files, and what happens to a mistake.
# `make demo` runs it; KEEP=1 leaves it up. Everything lives in one folder and listens on the loopback.
. "${WEFT_SRC:-.}/t/lib.sh"
site=$scratch
. "$WEFT_SRC/t/suite/site.sh"
cleanup() { site_stop; }
nodes='lxb001.example.org lxdisk01.example.org lxlogin01.example.org'

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m') dim=$(printf '\033[2m'); else bold='' plain='' dim=''; fi
step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '   %s\n' "$*"; }
show() { sed "s/^/   ${dim}|${plain} /"; }
fail() { printf 'demo: error: %s\n' "$*" >&2; for f in "$site"/log/*; do echo "-- ${f##*/}" >&2; tail -5 "$f" >&2; done; exit 1; }
now() { date +%s%N; }
ms() { echo $((($2 - $1) / 1000000)); }
short() { echo "${1%%.*}"; }
report() { cat "$site/node/$1/var/lib/weft/ncm/last-run.json"; }

began=$(now)
step 'A site: its own authority, one server, three nodes'
site_make || fail 'cannot make the site'
for node in $nodes; do site_node_make "$node" || fail "cannot make $node"; done
site_server_start || fail 'cdbd does not start'
say "cdbd serves $site_url; only certificates of this site's authority get in"

step 'The first commit: the template library and its example site'
site_templates
t0=$(now)
site_first_commit 'the example site' >commit.log 2>&1 || { cat commit.log >&2; fail 'the commit was refused'; }
t1=$(now)
show <commit.log
files=$(find "$site/templates" -name '*.pan' | wc -l) profiles=$(site_cdb hosts | wc -l)
say "$files templates became $profiles checked profiles in $(ms "$t0" "$t1") ms"

step 'Three nodes wake up, fetch their own profile and configure themselves'
for node in $nodes; do site_node_start "$node" || fail "$node does not start"; done
for node in $nodes; do until_true 60 site_applied "$node" || fail "$node did not apply its profile"; done
for node in $nodes; do
    ran=$(report "$node" | jq -r '[.components[].name] | join(", ")')
    say "$(short "$node"): $(report "$node" | jq '[.components[].changed[]] | length') files and folders, by $ran"
done
say "$(short "${nodes%% *}") has now, below its own root, among others:"
report "${nodes%% *}" | jq -r '.components[] | "\(.name): \(.changed[0:4] | join(" "))\(if (.changed | length) > 4 then " ..." else "" end)"' | show
for node in $nodes; do
    curl -sS --cert "$site/node/$node/etc/weft/node.crt" --key "$site/node/$node/etc/weft/node.key" \
        --cacert "$site/server/etc/weft/pki/ca.crt" -o /dev/null -w '%{http_code}' \
        "$site_url/profiles/${nodes%% *}.xml" >"code.$node"
done
say "asked for $(short "${nodes%% *}")'s profile, the server answers:" \
    "$(for node in $nodes; do echo "$(short "$node") $(cat "code.$node"),"; done | tr '\n' ' ')"

step 'A mistake: the gateway of a subnet is typed wrongly'
before=$(site_cdb log -l 1 | head -1)
sed -i 's/10\.1\.0\.1/10.3.0.1/' "$site/templates/example/site/subnets.pan"
if site_commit 'move the gateway' >refused.log 2>&1; then fail 'a wrong commit was accepted'; fi
head -16 refused.log | show
[ "$(wc -l <refused.log)" -le 16 ] || say "... and $(($(wc -l <refused.log) - 16)) more lines: every node it would break"
[ "$(site_cdb log -l 1 | head -1)" = "$before" ] || fail 'the refused commit left a revision'
say 'refused: nothing was published, the nodes keep what they have'
sed -i 's/10\.3\.0\.1/10.1.0.1/' "$site/templates/example/site/subnets.pan"

step 'One shared value changes: the third time server'
file=etc/systemd/timesyncd.conf.d/site.conf
for node in $nodes; do cp "$site/node/$node/$file" "before.$node"; done
sed -i 's/ntp3\.example/ntp4.example/' "$site/templates/example/site/global.pan"
site_cdb check "$site/templates" >check.log 2>&1 || { cat check.log >&2; fail 'check refuses the change'; }
say 'what it will do, before anything is committed (cdb check):'
head -8 check.log | show
t0=$(now)
site_commit 'ntp3 retires' >commit.log 2>&1 || { cat commit.log >&2; fail 'the commit was refused'; }
t1=$(now)
for node in $nodes; do until_true 30 grep -q ntp4 "$site/node/$node/$file" || fail "$(short "$node") did not follow"; done
for node in $nodes; do until_true 30 site_applied "$node"; done
show <commit.log
say "commit answered after $(ms "$t0" "$t1") ms; from commit to the changed file:"
slowest=0
for node in $nodes; do
    took=$(ms "$t0" "$(stat -c %.9Y "$site/node/$node/$file" | tr -d .)")
    [ "$took" -gt "$slowest" ] && slowest=$took
    ran=$(report "$node" | jq -r '[.components[].name] | join(", ")')
    say "  $(short "$node"): woken, ran $ran, file changed after $took ms"
done
first=${nodes%% *}
diff -u "before.$first" "$site/node/$first/$file" | sed '1,2d' | show

step "Software: a package on $(short "$first"), and its next version"
# package VERSION: the site's own package, into the repository and its index
package() {
    mkdir -p "build/DEBIAN" build/opt/site-tools repository
    echo "$1" >build/opt/site-tools/version
    printf 'Package: site-tools\nVersion: %s\nArchitecture: all\nMaintainer: Anna Example <root@localhost>\nDescription: what every node needs\n' "$1" >build/DEBIAN/control
    deb=repository/site-tools_$1_all.deb
    dpkg-deb -Zgzip -b build "$deb" >package.log 2>&1 || { cat package.log >&2; return 1; }
    { dpkg-deb -f "$deb"; printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat -c %s "$deb")" "$(sha256sum <"$deb" | cut -d' ' -f1)"; } >>Packages
    gzip -9nc Packages >repository/Packages.gz
}
package 1.0-1 && package 1.1-1 || fail 'cannot make the packages'
profile=$(find "$site/templates/example" -name "$first.pan")
cat >>"$profile" <<END

include 'components/spma/config';
'/software/components/spma/packager' = 'dpkg';
'/software/repositories' = list(dict('name', 'tools', 'gpgcheck', false, 'protocols', list(dict('name', 'file', 'url', 'file://$site/repository'))));
# The node is a folder: of the system's own packages it has none, and shall get none.
'/software/components/spma/ifpresent' = {
    foreach (name; versions; value('/software/packages')) append(unescape(name));
};
'/software/packages' = pkg_repl('site-tools', '1.0-1', 'all');
END
installed() { spma-dpkg --root "$site/node/$first" list; }
has() { [ "$(installed)" = "site-tools $1 1 all" ]; }
site_commit 'site-tools on the first node' >commit.log 2>&1 || { cat commit.log >&2; fail 'the commit was refused'; }
until_true 60 has 1.0 || fail "site-tools is not on $(short "$first")"
until_true 30 site_applied "$first"
say "committed; $(short "$first") has: $(installed)"
sed -i "s/'site-tools', '1.0-1'/'site-tools', '1.1-1'/" "$profile"
t0=$(now)
site_commit 'the next site-tools' >commit.log 2>&1 || { cat commit.log >&2; fail 'the commit was refused'; }
until_true 60 has 1.1 || fail "site-tools was not upgraded on $(short "$first")"
say "from commit to the upgraded package: $(ms "$t0" "$(stat -c %.9Y "$site/node/$first/opt/site-tools" | tr -d .)") ms; the node now has: $(installed)"
until_true 30 site_applied "$first"
say 'what its package agent remembers (spma why site-tools):'
spma --root "$site/node/$first" why site-tools | show

step "Where does this value come from?   (on $(short "$first"): ccm why PATH)"
path=$(ccm --root "$site/node/$first" --format tabcompletion / | grep timesyncd | grep NTP | grep -v '/$' | head -1)
ccm --root "$site/node/$first" why "$path" | show

step 'In short'
say "$profiles profiles from $files templates; 1 mistake refused before it reached a node;"
say "1 changed value on 3 nodes after at most $slowest ms, by 1 component each; 1 package installed and upgraded."
say "All of it took $((($(now) - began) / 1000000000)) s."
if [ -n "$KEEP" ]; then
    trap - EXIT
    cat <<END

It is all still running, in $site:
   export PATH=$WEFT_OUT/bin:\$PATH
   cdb -f $site/cdb.conf log                     # the revisions; 'cdb -h' for more
   vi $site/templates/example/site/global.pan    # change something, then
   cdb -f $site/cdb.conf check $site/templates
   cdb -f $site/cdb.conf commit -m 'try' $site/templates
   ccm --root $site/node/$first --show /system/network
   ls $site/log                                  # what the daemons say
End it with:  kill $(cat "$site"/run/*.pid | tr '\n' ' '); rm -rf $site
END
else
    say 'Everything is stopped and removed again; make demo KEEP=1 leaves it up.'
fi
