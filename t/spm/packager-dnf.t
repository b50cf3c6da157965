#!/bin/sh
# The dnf packager on a scratch root with repositories of its own: everything in one transaction, and nothing that was not
# planned. Then dnf as the judge of our own resolution: for many sets of packages both find the same, or neither anything.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
for tool in dnf createrepo_c; do command -v $tool >/dev/null || skip_all "no $tool"; done

for v in 1 2; do make_rpm ntp $v 1 'BuildArch: noarch' || exit 99; done
long=package-with-a-name-that-is-longer-than-the-table-of-dnf-is-wide
make_rpm old 1 1 'BuildArch: noarch' && make_rpm lib 1 1 'BuildArch: noarch' && make_rpm clock 1 1 'BuildArch: noarch' 'Requires: lib' && make_rpm epoch 1 1 'BuildArch: noarch' 'Epoch: 4' &&
    make_rpm $long 1 1 'BuildArch: noarch' && make_rpm rival 1 1 'BuildArch: noarch' 'Conflicts: ntp' && make_rpm heir 1 1 'BuildArch: noarch' 'Obsoletes: old' &&
    make_rpm rude 1 1 'BuildArch: noarch' '%pre -p <lua>\nerror("no")' || exit 99
mkdir repo && mv rpms/*.rpm repo && make_rpm local 1 1 'BuildArch: noarch' && createrepo_c -q repo || exit 99
root=$PWD/root
mkdir -p "$root/etc/yum.repos.d" "$root/var/lib"
printf '[base]\nname=base\nbaseurl=file://%s/repo\ngpgcheck=0\n' "$PWD" >"$root/etc/yum.repos.d/base.repo"
D="spma-dnf --root $root"
installed() { $D list | sort | tr '\n' ','; }

ok 'packages are had from the repositories, and from files' '
    printf "install ntp 2 1 noarch -\ninstall epoch 4:1 1 noarch -\ninstall old 1 1 noarch -\ninstall $long 1 1 noarch -\ninstall local 1 1 noarch $PWD/rpms/local-1-1.noarch.rpm\n" >ops && $D apply ops >out &&
    test "$(installed)" = "epoch 4:1 1 noarch,local 1 1 noarch,ntp 2 1 noarch,old 1 1 noarch,$long 1 1 noarch," && head -1 out | grep -qx "begin 5" && grep -c "^done install" out | grep -qx 5'

ok 'a test changes nothing' 'printf "replace ntp 1 1 noarch - ntp 2 1 noarch\nerase old 1 1 noarch\n" >ops && $D -n apply ops && installed | grep -q "ntp 2 1"'

ok 'downgrade and removal in one transaction; what is done is skipped (REQ-H-3)' '
    $D apply ops >out && ! installed | grep -q "old 1" && installed | grep -q "ntp 1 1 noarch" && $D apply ops >out && printf "skip ntp-1-1.noarch\nskip old-1-1.noarch\nbegin 0\n" >want && same want out'

ok 'what dnf would do besides is refused, and told' '
    printf "install clock 1 1 noarch -\n" >ops && code 65 $D apply ops 2>err && printf "spma-dnf: error: dnf would do more than was planned:\n  install lib-1-1.noarch\nhint: name these packages in the target\n" >want && same want err &&
    printf "install clock 1 1 noarch -\ninstall lib 1 1 noarch -\n" >ops && $D apply ops && printf "erase lib 1 1 noarch\n" >ops && code 65 $D apply ops 2>err && grep -q "  erase clock-1-1.noarch" err && installed | grep -q "lib 1 1"'

ok 'what it would not do is told in its words' '
    printf "install ntp 9 1 noarch -\nerase clock 1 1 noarch\n" >ops && code 65 $D apply ops 2>err && grep -q "No match for argument: ntp-9-1.noarch\|Unable to find a match: ntp-9-1.noarch" err &&
    printf "install rival 1 1 noarch -\n" >ops && code 65 $D apply ops 2>err && grep -q "conflicts with ntp" err && installed | grep -q "clock 1 1"'

ok 'obsoletes are no plan' 'printf "install old 1 1 noarch -\n" >ops && $D apply ops && installed | grep -q "old 1 1"'

ok 'a failing script is told, with status 1' 'printf "install rude 1 1 noarch -\n" >ops && code 1 $D apply ops 2>err && grep -q "dnf did not carry the packages out" err && ! installed | grep rude'

make_rpm grow 1 1 'BuildArch: noarch' && mkdir later && mv rpms/grow* later && cp -r later growing && createrepo_c -q growing && make_rpm extra 1 1 'BuildArch: noarch' && make_rpm grow 2 1 'BuildArch: noarch' 'Requires: extra' && mv rpms/grow* rpms/extra* later
printf '[growing]\nname=growing\nbaseurl=file://%s/growing\ngpgcheck=0\nmetadata_expire=0\n' "$PWD" >"$root/etc/yum.repos.d/growing.repo"
mkdir between && printf '#!/bin/sh\nPATH=%s dnf "$@"; s=$?\ncase " $* " in *" --assumeno "*) cp %s/later/*.rpm %s/growing && createrepo_c -q %s/growing;; esac\nexit $s\n' "$PATH" "$PWD" "$PWD" "$PWD" >between/dnf && chmod +x between/dnf
ok 'a repository that changes after the trial changes nothing of the run' '
    printf "install grow * * * -\n" >ops && PATH=$PWD/between:$PATH $D apply ops && test -e growing/grow-2-1.noarch.rpm && installed >got && cat got && grep -q "grow 1 1 noarch" got && ! grep -q extra got &&
    printf "erase grow * * *\n" >ops && $D apply ops >out && ! installed | grep grow'
rm "$root/etc/yum.repos.d/growing.repo"

ok 'spma leaves fetching to it; verify asks rpm' '
    printf -- "- ntp * * *\n- lib 1 1 noarch\n- clock 1 1 noarch\n- ntp 1 1 noarch ISUNWANTED\n" >$root/var/lib/spma-target.cf && spma --root $root --packager dnf --guardpercent 100 2>err || { cat err; false; }; test "$(installed)" = "clock 1 1 noarch,lib 1 1 noarch,ntp 2 1 noarch," &&
    spma-dnf --root $root verify && echo x >$root/opt/ntp/same && code 1 spma-dnf --root $root verify ntp >out && grep -q /opt/ntp/same out'

# A world of 60 names in up to three versions, each needing some capabilities that come with one name only, some with a
# version, some conflicting: dnf and spma both resolve sets of it, from nothing.
cat >world.pl <<'END'
use strict; srand 7;
my @all;
for my $n (1 .. 60) {
    for my $v (1 .. 1 + int rand 3) {
        my @r = map { my $c = 1 + int rand 60; $c == $n ? () : rand() < .3 ? [$c, int(1 + rand 3)] : [$c] } 1 .. int rand 3;
        my $conflict = rand() < .06 ? 1 + int rand 60 : 0;
        push @all, [$n, $v, \@r, $conflict == $n ? 0 : $conflict];
    }
}
print "<?xml version=\"1.0\"?><metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"" . @all . "\">\n";
for (@all) {
    my ($n, $v, $r, $c) = @$_;
    printf "<package type=\"rpm\"><name>p%d</name><arch>noarch</arch><version epoch=\"0\" ver=\"%d\" rel=\"1\"/><checksum type=\"sha256\" pkgid=\"YES\">%064d</checksum><summary>s</summary><description>d</description><packager/><url/><time file=\"1\" build=\"1\"/><size package=\"1000\" installed=\"1000\" archive=\"1000\"/><location href=\"p%d-%d-1.noarch.rpm\"/><format><rpm:license>none</rpm:license><rpm:provides><rpm:entry name=\"p%d\" flags=\"EQ\" epoch=\"0\" ver=\"%d\" rel=\"1\"/><rpm:entry name=\"cap%d\" flags=\"EQ\" epoch=\"0\" ver=\"%d\"/></rpm:provides>", $n, $v, $n * 10 + $v, $n, $v, $n, $v, $n, $v;
    print "<rpm:requires>", (map { @$_ > 1 ? "<rpm:entry name=\"cap$_->[0]\" flags=\"EQ\" epoch=\"0\" ver=\"$_->[1]\"/>" : "<rpm:entry name=\"cap$_->[0]\"/>" } @$r), "</rpm:requires>" if @$r;
    print "<rpm:conflicts><rpm:entry name=\"p$c\"/></rpm:conflicts>" if $c;
    print "</format></package>\n";
}
print "</metadata>\n";
END
. "$WEFT_SRC/t/spm/world.sh"
mkdir -p oracle/repodata empty/var/lib
perl world.pl | gzip -1n >oracle/repodata/primary.xml.gz
world_repomd oracle
printf '[{"name": "oracle", "protocols": [{"url": "file://%s/oracle"}]}]' "$PWD" >empty/var/lib/spma-repositories.json
# dnf through its own interface: one process for all questions.
cat >oracle.py <<'END'
import sys, dnf
for line in open('questions'):
    base = dnf.Base()
    c = base.conf
    c.installroot, c.cachedir, c.reposdir, c.install_weak_deps, c.best = sys.argv[1] + '/empty', sys.argv[1] + '/dnfcache', ['/nowhere'], False, True
    c.substitutions['releasever'] = '1'
    base.repos.add_new_repo('oracle', c, baseurl=['file://' + sys.argv[1] + '/oracle'])
    base.fill_sack(load_system_repo=False)
    try:
        for word in line.split(): base.install(word)
        base.resolve()
        print('yes', *sorted(str(p) for p in base.transaction.install_set))
    except dnf.exceptions.Error:
        print('no')
    base.close()
END
rounds=${ORACLE:-60}
perl -e 'srand 11; for (1 .. shift) { my %w; $w{"p" . (1 + int rand 60)} = 1 for 0 .. int rand 4; print join(" ", sort keys %w), "\n" }' "$rounds" >questions
/usr/bin/python3 oracle.py "$PWD" >answers 2>oracle.err || { cat oracle.err; exit 99; }
while read -r names; do
    # The version each name gets is its newest, for both: the question is what else comes, or that nothing does.
    for p in $names; do echo "- $p * * *"; done >empty/var/lib/spma-target.cf
    if spma --root "$PWD/empty" plan --refresh 1d --dependencies add >out 2>&1; then
        echo "yes $(sed -n 's/^install \([^:]*\):.*/\1/p' out | sort | tr '\n' ' ' | sed 's/ $//')"
    else echo no; fi
done <questions >ours
ok "of $rounds sets, what dnf resolves we resolve to the same packages, and what it cannot, we cannot" '
    paste -d"|" questions answers ours | awk -F"|" "\$2 != \$3 { print; bad++ } END { exit bad > 0 }" && grep -c ^yes answers && grep -c ^no answers'
echo "# dnf: $(grep -c ^yes answers) resolved, $(grep -c ^no answers) not"
done_testing
