#!/bin/sh
# dnf and apt as judges: from random states of a node (packages that dpkg left half done, packages in two architectures,
# module streams, exclusions, repositories of two priorities) they and spma are asked for the same packages, and decide
# the same. Each outcome is the next state. What they decide otherwise on purpose is in spma(8), "Other than dnf and apt".
# CAMPAIGN=n for another number than 12 of each.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
rounds=${CAMPAIGN:-12}
random=${SEED:-1}
# judged WHO: answers has lines "question|theirs|ours"
judged() {
    echo "# $1: $(cut -d'|' -f2 answers | grep -c ^yes) of $rounds resolved"
    ok "$1: of $rounds random states, spma decides each as it does" 'awk -F"|" "\$2 != \$3 { print; bad++ } END { exit bad > 0 }" answers'
    ok "$1: some of them have a solution" 'grep -q "|yes" answers'
}
export WEFT_ROOT=$scratch/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc"

# ---- dnf ---------------------------------------------------------------------
# 30 names, every fifth in two architectures, every seventh in a module; a spec file a version and architecture.
cat >rpms.pl <<'END'
use strict; srand shift;
my (%spec, %stream);
for my $n (1 .. 30) {
    for my $v (1 .. 1 + int rand 3) {
        my @r = map { my $c = 1 + int rand 30; $c == $n ? () : "cap$c" . (rand() < .3 ? ' >= ' . int(1 + rand 3) : '') } 1 .. int rand 3;
        my $c = rand() < .05 ? 1 + int rand 30 : $n;
        for my $a ($n % 5 ? ('noarch') : ('x86_64', 'i686')) {
            $spec{"$v-$a"} .= "%package -n p$n\nSummary: s\nProvides: cap$n = $v\n" . join('', map { "Requires: $_\n" } @r) . ($c == $n ? '' : "Conflicts: p$c\n") . "%description -n p$n\n.\n%files -n p$n\n";
            push @{$stream{"m" . ($n % 2) . " s" . (1 + $v % 2)}}, "p$n-0:$v-1.$a" if $n % 7 == 3;
        }
    }
}
for (keys %spec) {
    my ($v, $a) = split '-';
    open my $f, '>', "$_.spec" or die;
    print $f "Name: world\nVersion: $v\nRelease: 1\nSummary: s\nLicense: none\nAutoReqProv: no\n", $a eq 'noarch' ? "BuildArch: noarch\n" : '', "%description\n.\n", $spec{$_};
}
open my $m, '>', 'modules.yaml' or die;
for (sort keys %stream) {
    my ($name, $s) = split;
    print $m "---\ndocument: modulemd\nversion: 2\ndata:\n  name: $name\n  stream: \"$s\"\n  version: 1\n  context: c0\n  arch: x86_64\n  summary: s\n  description: d\n  license:\n    module: [MIT]\n  artifacts:\n    rpms:\n", map("    - $_\n", @{$stream{$_}}), "...\n";
}
print $m "---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: m1\n  stream: \"s1\"\n...\n";
END
# dnf through its own interface, one process for all questions: a line "name ..." is answered "yes come; go" or "no".
cat >judge.py <<'END'
import sys, dnf
root, top = sys.argv[1:3]
for line in sys.stdin:
    exclude, *names = line.split()
    base = dnf.Base()
    c = base.conf
    c.installroot, c.cachedir, c.reposdir, c.install_weak_deps, c.best = root, top + '/dnfcache', ['/nowhere'], False, True
    c.substitutions['releasever'], c.module_platform_id = '1', 'platform:el9'
    for name, priority in ('first', 10), ('second', 99):
        repo = base.repos.add_new_repo(name, c, baseurl=['file://' + top + '/' + name])
        repo.priority = priority
        repo.excludepkgs = [exclude]
    base.fill_sack(load_system_repo=True)
    try:
        for name in names: base.install(name)
        base.resolve()
        print('yes', *sorted(str(p) for p in base.transaction.install_set), ';', *sorted(str(p) for p in base.transaction.remove_set), flush=True)
    except dnf.exceptions.Error:
        print('no', flush=True)
    base.close()
END
if command -v dnf >/dev/null && command -v createrepo_c >/dev/null && command -v modifyrepo_c >/dev/null && [ "$(uname -m)" = x86_64 ]; then
    perl rpms.pl "$random" || exit 99
    for spec in *.spec; do
        arch=${spec#*-}
        rpmbuild -bb --quiet --target "${arch%.spec}" --define "_topdir $PWD/top" --define "_rpmdir $PWD/all" --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
            --define '_binary_payload w0.gzdio' "$spec" >build.log 2>&1 || { cat build.log; exit 99; }
    done
    mkdir first second
    for f in all/*.rpm; do case $(cksum <"$f" | cut -c2) in [0-6]) cp "$f" first/ ;; *) cp "$f" second/ ;; esac; done
    createrepo_c -q first && createrepo_c -q second && modifyrepo_c --mdtype=modules modules.yaml first/repodata >/dev/null || exit 99
    printf 'userpkgs = yes\ndependencies = add\nrefresh = 1d\n' >"$WEFT_ROOT/etc/spma.conf"
    mkfifo questions answers.fifo
    /usr/bin/python3 judge.py "$WEFT_ROOT" "$PWD" <questions >answers.fifo 2>judge.err & judge=$!
    cleanup() { kill "$judge" 2>/dev/null || true; }
    exec 3>questions 4<answers.fifo
    : >answers
    perl -e 'srand shift; for (1 .. shift) { my %w; $w{"p" . (1 + int rand 30)} = 1 for 0 .. int rand 3; print join(" ", rand() < .5 ? "p" . (1 + int rand 30) . (rand() < .5 ? ".i686" : "-1-1.*") : "nothing", sort keys %w), "\n" }' "$random" "$rounds" >asked
    while read -r exclude names <&5; do
        # Now and then the node is empty, and has chosen other streams.
        case $(printf '%s' "$names$exclude" | cksum | cut -c1) in
            1 | 2) rm -rf "$lib/rpm" "$lib/weft/spma/installed.solv" "$WEFT_ROOT/etc/dnf" ;;
            3) mkdir -p "$WEFT_ROOT/etc/dnf/modules.d" && printf '[m0]\nname=m0\nstream=s1\nprofiles=\nstate=enabled\n' >"$WEFT_ROOT/etc/dnf/modules.d/m0.module" ;;
            4) mkdir -p "$WEFT_ROOT/etc/dnf/modules.d" && printf '[m1]\nname=m1\nstream=\nprofiles=\nstate=disabled\n' >"$WEFT_ROOT/etc/dnf/modules.d/m1.module" ;;
        esac
        rpm --root "$WEFT_ROOT" -qa --qf '%{NAME}\n' 2>/dev/null >there
        # One that is there already is upgraded by dnf, and good enough for a wildcard.
        wanted=
        for name in $names; do grep -qx "$name" there || wanted="$wanted $name"; done
        echo "$exclude$wanted" >&3
        read -r theirs <&4
        printf '[{"name": "first", "priority": 10, "excludepkgs": ["%s"], "protocols": [{"name": "f", "url": "file://%s/first"}]}, {"name": "second", "excludepkgs": ["%s"], "protocols": [{"name": "f", "url": "file://%s/second"}]}]' \
            "$exclude" "$PWD" "$exclude" "$PWD" >"$lib/spma-repositories.json"
        for name in $wanted; do echo "- $name * * *"; done >"$lib/spma-target.cf"
        # A wildcard that stands for nothing is told when it is fetched.
        if spma plan >out 2>err && ! grep -qF -- '-*-*.*:' out; then
            ours="yes $(sed -n 's/^\(install\|replace\) \([^: ]*\).*/\2/p' out | sort | tr '\n' ' '); $(sed -n 's/^replace [^ ]* < \([^(]*\) (.*/\1/p; s/^erase \([^:]*\):.*/\1/p' out | tr ' ' '\n' | sort | tr '\n' ' ')"
        else ours=no; fi
        echo "$exclude $names|$(echo $theirs)|$(echo $ours)" >>answers
        case $theirs in yes*) for p in $(echo "${theirs#yes}" | sed 's/;.*//'); do echo "all/$p.rpm"; done | xargs -r rpm --root "$WEFT_ROOT" -U --justdb --nodeps --nosignature --ignorearch 2>/dev/null || true ;; esac
    done 5<asked
    exec 3>&- 4<&-
    judged dnf
else
    skip 'dnf as the judge' 'no dnf, createrepo_c or modifyrepo_c'
fi

# ---- apt ---------------------------------------------------------------------
# 30 names in two suites, of which one is not automatic, some Multi-Arch and in two architectures. The states are lines of
# dpkg's file: installed, unpacked, half-configured, with triggers pending, or only configuration files.
cat >debs.pl <<'END'
use strict; srand shift;
my @suite = ('', '');
for my $n (1 .. 30) {
    my $two = $n % 5 == 0;
    for my $v (1 .. 1 + int rand 3) {
        my @r = map { my $c = 1 + int rand 30; $c == $n ? () : "p$c" . (rand() < .3 ? ' (>= ' . int(1 + rand 3) . ')' : rand() < .2 ? ' | p' . (1 + int rand 30) : '') } 1 .. int rand 3;
        my $c = rand() < .05 ? 1 + int rand 30 : $n;
        my $s = rand() < .8 ? 0 : 1;
        for my $a ($two ? ('amd64', 'i386') : ('all')) {
            $suite[$s] .= "Package: p$n\nVersion: $v\nArchitecture: $a\nMaintainer: x <x\@example.org>\nDescription: x\n" . ($two ? "Multi-Arch: same\n" : $n % 2 ? "Multi-Arch: foreign\n" : '') .
                (@r ? 'Depends: ' . join(', ', @r) . "\n" : '') . ($c == $n ? '' : "Conflicts: p$c\n") . "Filename: p${n}_${v}_$a.deb\nSize: 10\nSHA256: " . ('0' x 64) . "\n\n";
        }
    }
}
for (0, 1) { open my $f, '>', "Packages$_" or die; print $f $suite[$_] }
END
if command -v apt-get >/dev/null && [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ]; then
    rm -rf "$WEFT_ROOT"
    mkdir -p "$lib/dpkg" "$lib/apt/lists/partial" "$WEFT_ROOT/var/cache/apt/archives/partial" "$WEFT_ROOT/etc/apt/preferences.d"
    printf 'amd64\ni386\n' >"$lib/dpkg/arch"
    perl debs.pl "$random" || exit 99
    for s in 0 1; do
        mkdir -p "suite$s/dists/stable/main/binary-amd64" "suite$s/dists/stable/main/binary-i386"
        cp Packages$s "suite$s/dists/stable/main/binary-amd64/Packages"
        awk -v RS= -v ORS='\n\n' '/Architecture: i386/' Packages$s >"suite$s/dists/stable/main/binary-i386/Packages"
        {
            printf 'Suite: stable\nCodename: stable\nDate: %s\nArchitectures: amd64 i386\nComponents: main\n' "$(date -uR)"
            [ $s = 0 ] || printf 'NotAutomatic: yes\n'
            echo SHA256:
            for a in amd64 i386; do f=suite$s/dists/stable/main/binary-$a/Packages; echo " $(sha256sum <$f | cut -d' ' -f1) $(wc -c <$f) main/binary-$a/Packages"; done
        } >suite$s/dists/stable/Release
        echo "deb [trusted=yes] file:$PWD/suite$s stable main" >>"$WEFT_ROOT/etc/apt/sources.list"
    done
    cat >apt.conf <<END
Dir "$WEFT_ROOT";
Dir::State::status "$lib/dpkg/status";
APT::Architecture "amd64";
APT::Architectures { "amd64"; "i386"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
END
    : >"$lib/dpkg/status"
    APT_CONFIG=$PWD/apt.conf apt-get -q update >apt.log 2>&1 || { cat apt.log; exit 99; }
    printf 'packager = dpkg\nuserpkgs = yes\ndependencies = add\nrefresh = 1d\n' >"$WEFT_ROOT/etc/spma.conf"
    printf '[{"name": "s0", "suite": "stable", "sections": ["main"], "protocols": [{"name": "f", "url": "file://%s/suite0"}]}, {"name": "s1", "suite": "stable", "sections": ["main"], "protocols": [{"name": "f", "url": "file://%s/suite1"}]}]' "$PWD" "$PWD" >"$lib/spma-repositories.json"
    cat Packages0 Packages1 >known
    # state "name version arch ..." STATUS of one of them: dpkg's file
    cat >state.pl <<'END'
use strict; my ($seed, $rc, @have) = @ARGV; srand $seed;
my %known; { local $/ = ''; open my $f, '<', 'known' or die; while (<$f>) { my ($p, $v, $a) = /^Package: (\S+)\nVersion: (\S+)\nArchitecture: (\S+)/; s/^(?:Filename|Size|SHA256): .*\n//mg; $known{"$p $v $a"} = $_ } }
for (@have) {
    my $state = rand() < .15 ? (qw(unpacked half-configured triggers-pending config-files))[int rand(4 + $rc)] : 'installed';
    my $want = $state eq 'config-files' ? 'deinstall' : 'install';
    my $s = $known{$_} or die "unknown $_";
    $s =~ s/^Version/Status: $want ok $state\nVersion/m;
    $s =~ s/^Version: (.*)/Version: $1\nConfig-Version: $1/m if $state =~ /unpacked|config-files|half/;
    $s =~ s/^Version/Triggers-Pending: x\nVersion/m if $state eq 'triggers-pending';
    print $s;
}
END
    # apt_says NAME ...: "yes name version arch,..." that would come, or "no"
    apt_says() {
        APT_CONFIG=$PWD/apt.conf apt-get -q -s -y --no-remove install "$@" >theirs 2>&1 || { echo no; return; }
        echo "yes $(sed -n 's/^Inst \([^ :]*\)[^ ]* \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) [^[]*\[\([a-z0-9]*\)\].*/\1 \3 \4/p' theirs | grep -vxF -f half | sort | tr '\n' ',')"
    }
    : >answers
    have=
    perl -e 'srand shift; for (1 .. shift) { my %w; $w{"p" . (1 + int rand 30)} = 1 for 0 .. int rand 3; print join(" ", sort keys %w), "\n" }' "$random" "$rounds" >asked
    round=0
    while read -r names <&5; do
        round=$((round + 1))
        case $(printf '%s' "$names" | cksum | cut -c1) in 1 | 2) have= ;; esac
        printf '%s\n' "$have" | sed '/^$/d' >have
        # What is whole needs nothing that only left its configuration.
        for rc in 0 -1; do
            perl -e 'open my $f, "<", "have"; my @h = map { chomp; $_ } <$f>; exec "perl", "state.pl", @ARGV, @h' "$round" $rc >"$lib/dpkg/status" || exit 99
            APT_CONFIG=$PWD/apt.conf apt-get -q check >/dev/null 2>&1 && break
        done
        awk '/^Package:/ { p = $2 } /^Status:.* (installed|triggers-pending)$/ { print p }' "$lib/dpkg/status" >there
        wanted=
        for name in $names; do grep -qx "$name" there || wanted="$wanted $name"; done
        # What is half done is finished by both: apt is asked for it too, and does not say that it comes.
        awk '/^Package:/ { p = $2 } /^Status:.*(unpacked|half-configured)$/ { s = 1 } /^Version:/ { v = $2 } /^Architecture:/ { a = $2 } /^$/ { if (s) print p, v, a; s = 0 }' "$lib/dpkg/status" >half
        # shellcheck disable=SC2086
        said=$(apt_says $wanted)
        if [ "$said" = no ] && [ -s half ]; then
            # What is half done, needs what is not there and is named by nobody, stops apt and not spma.
            cp "$lib/dpkg/status" whole
            awk -v RS= -v ORS='\n\n' '!/^Status:.*(unpacked|half-configured)$/ && !/\nStatus: [a-z ]*(unpacked|half-configured)\n/' whole >"$lib/dpkg/status"
            # shellcheck disable=SC2086
            said=$(apt_says $wanted)
            cp whole "$lib/dpkg/status"
        fi
        for name in $wanted; do echo "- $name * * *"; done >"$lib/spma-target.cf"
        [ -n "$wanted" ] || echo '- nothing * * * IFPRESENT' >"$lib/spma-target.cf"
        if spma --json plan >out 2>err && ! jq -e '.operations[] | select(.package.version == "*")' out >/dev/null; then
            jq -r '.operations[].package | "\(.name) \(.version) \(.arch)"' out | grep -vxF -f half | sort >come
            ours="yes $(tr '\n' ',' <come)"
        else ours=no; fi
        # Another choice where several do: apt has to find it complete.
        if [ "$said" != no ] && [ "$ours" != no ] && [ "$ours" != "$said" ]; then
            # shellcheck disable=SC2046
            [ "$(apt_says $(sed 's/\(.*\) \(.*\) all$/\1=\2/; s/\(.*\) \(.*\) \(a.*\|i.*\)$/\1:\3=\2/' come))" != "$ours" ] || said=$ours
        fi
        echo "$wanted ($(tr '\n' ',' <half))|$(echo $said)|$(echo $ours)" >>answers
        # The next state: what comes in place of what it replaces.
        case $said in yes*)
            echo "${said#yes }" | tr ',' '\n' | sed '/^$/d' >come
            for p in $(cut -d' ' -f1 come | sort -u); do sed -i "/^$p /d" have; done
            have=$(cat have come) ;;
        esac
    done 5<asked
    judged apt
else
    skip 'apt as the judge' 'no apt-get'
fi
done_testing
