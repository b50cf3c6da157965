#!/bin/sh
# Groups of packages: the lines of the target that name them become the packages that repositories put in them.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'
for p in must usual extra lone; do make_rpm $p 1 1 'BuildArch: noarch' || exit 99; done
make_rpm usual 2 1 'BuildArch: noarch'
# comps [more packages of the group core]
comps() {
    cat >comps.xml <<END
<?xml version="1.0" encoding="UTF-8"?>
<comps>
 <group><id>core</id><name>Core</name><default>true</default><uservisible>true</uservisible>
  <packagelist><packagereq type="mandatory">must</packagereq><packagereq type="default">usual</packagereq><packagereq type="optional">extra</packagereq><packagereq type="default">nobody-has-it</packagereq>$1</packagelist></group>
 <group><id>lonely</id><name>Lonely</name><packagelist><packagereq type="mandatory">lone</packagereq></packagelist></group>
</comps>
END
    createrepo_c -q -g "$PWD/comps.xml" rpms
}
comps ''
export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib"
printf '[{"name": "base", "protocols": [{"url": "file://%s/rpms"}]}]' "$PWD" >"$lib/spma-repositories.json"
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
installed() { spma-rpm list | sort | tr '\n' ','; }

ok 'mandatory and default packages of a group are planned, with the group as the reason' '
    target "@core/mandatory * * *" "@core/default * * *" && spma plan >out &&
    printf "%s\n" "install must-1-1.noarch: wanted by group core in line 1 of the target" "install usual-2-1.noarch: wanted by group core in line 2 of the target" "2 to install, 0 to replace, 0 to erase" >want && same want out'

ok 'what no repository has is left out; the rest is installed, and at rest afterwards' '
    spma 2>err && cat err && ! grep -q warning err && test "$(installed)" = "must 1 1 noarch,usual 2 1 noarch," && spma plan -v >out && grep -q "keep nobody-has-it-.*, and no repository has it" out && grep -qx "nothing to do" out &&
    printf "must 1 1 noarch\nusual 2 1 noarch\n" >want && same want $lib/spma-managed-packages && spma 2>err && same want $lib/spma-managed-packages'

ok 'a package with a line of its own keeps to that' '
    target "@core/mandatory * * *" "@core/default * * *" "usual 1 1 noarch" "must * * * ISUNWANTED" && spma 2>err && test "$(installed)" = "usual 1 1 noarch,"'

ok 'what a group gains comes, what the target drops goes' '
    target "@core/mandatory * * *" "@lonely/mandatory * * *" "@core/optional * * *" && spma 2>err && test "$(installed)" = "extra 1 1 noarch,lone 1 1 noarch,must 1 1 noarch," &&
    comps "<packagereq type=\"mandatory\">usual</packagereq>" && target "@core/mandatory * * *" && spma --refresh 0 2>err && test "$(installed)" = "must 1 1 noarch,usual 2 1 noarch,"'

ok 'a group that nobody knows is refused, in a profile too' '
    target "@nonsense/default * * *" && code 65 spma plan 2>err && grep -q "line 1 of the target: no repository knows the group .nonsense." err &&
    printf "{\"software\": {\"packages\": {\"lone\": {}}, \"groups\": {\"core\": {}, \"nonsense\": {}}, \"repositories\": %s}}" "$(cat $lib/spma-repositories.json)" >p.json && code 1 spma check p.json >out && echo "p.json: group nonsense: no repository knows it" >want && same want out'

ok 'a line that does not say which of its packages is refused' '
    target "@core * * *" && code 65 spma plan 2>err && grep -q "hint: write @GROUP/mandatory, @GROUP/default or @GROUP/optional" err && target "@core/default 1 1 noarch" && code 65 spma plan 2>err && grep -q "is a group, which has no version" err'
ok 'profiles of one check do not read each other'"'"'s groups' '
    mkdir other
    cp rpms/lone-1-1.noarch.rpm other
    sed "s/core/theirs/; s/lonely/theirs2/" comps.xml >theirs.xml
    createrepo_c -q -g $PWD/theirs.xml other
    profile() { printf "{\"software\": {\"packages\": {\"lone\": {}}, \"groups\": {\"%s\": {}}, \"repositories\": [{\"name\": \"base\", \"protocols\": [{\"url\": \"file://%s\"}]}]}}" $1 $PWD/$2 >$1.json; }
    profile core rpms && profile theirs other && spma check core.json theirs.json core.json theirs.json'

ok 'groups of metadata that is not believed are not used' '
    comps "" && target "@core/mandatory * * *" && spma plan --refresh 0 >out && sed -i "s|file://|file:///gone|; s|}]}|}], \"skip_if_unavailable\": true}|" $lib/spma-repositories.json && code 65 spma plan 2>err && cat err && grep -q "no repository knows the group .core." err'
done_testing
