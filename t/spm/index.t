#!/bin/sh
# The index of repositories as data for the compiler: what spma prints, panc checks packages against, before any node
# sees the profile; and the function that looks lines up.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/templates/node.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'
make_rpm ntp 4.2 1 && make_rpm ntp 4.10 1 && make_rpm ntp-doc 4.2 1 'BuildArch: noarch' && make_rpm clock 1 1 'Epoch: 3' && mv rpms base && make_rpm extra 1 1 && mv rpms more || exit 99
createrepo_c -q base && createrepo_c -q more
arch=$(rpm --eval '%_target_cpu')
mkdir -p repository
cat >site.json <<END
[{"name": "base", "protocols": [{"url": "file://$PWD/base"}]}, {"name": "more", "protocols": [{"url": "file://$PWD/more"}]}]
END

ok 'the index has a sorted line for each package, with and without its epoch (REQ-H-9)' '
    spma index --repositories $PWD/site.json --statedir $PWD/state >index && sed "s/ $arch / ARCH /" index >got &&
    printf "%s\n" "clock 1-1 ARCH base" "clock 3:1-1 ARCH base" "extra 1-1 ARCH more" "ntp 4.10-1 ARCH base" "ntp 4.2-1 ARCH base" "ntp-doc 4.2-1 noarch base" >want && same want got &&
    LC_ALL=C sort -c index && sed "s/ $arch / x86_64 /" index >repository/packages.index'

setup='include "quattor/types/package_index"; "/software/repositories" = list(dict("name", "base", "gpgcheck", false, "protocols", list(dict("name", "https", "url", "https://m.example.org/base"))));'
p='"/software/packages"'
good 'packages that are there, in that version or any' "$setup $p = pkg_repl('ntp', '4.2-1'); $p = pkg_repl('clock', '1-1'); $p = pkg_add('ntp-doc', '4.2-1', 'noarch'); $p = pkg_repl('clock');"
good 'an epoch may be named; patterns ask for nothing' "$setup $p = pkg_repl('clock', '3:1-1'); $p = pkg_add('ntp', '4.*'); $p = pkg_add('lib*', '1-1');"
refused 'a package nobody has' "$setup $p = pkg_repl('nobody', '1-1');" 'no repository has a package nobody'
refused 'a name is not the beginning of another' "$setup $p = pkg_repl('nt', '4.2-1');" 'no repository has a package nt'
refused 'a version nobody has' "$setup $p = pkg_repl('ntp', '4.3-1');" 'no repository has ntp 4.3-1 for x86_64; the index has: ntp 4.10-1 x86_64 base'
refused 'an architecture nobody has' "$setup $p = pkg_repl('ntp', '4.2-1', 'i686');" 'no repository has ntp 4.2-1 for i686'
refused 'a package of a repository that the node does not use' "$setup $p = pkg_repl('extra', '1-1');" 'no repository has extra 1-1 for x86_64'
good 'without an index nothing is checked' "variable PACKAGE_INDEX = 'none'; $setup $p = pkg_repl('nobody', '1-1');"

ok 'every line of a file is found by its beginning, and nothing else' '
    perl -e "srand 3; my %w; \$w{join q(), map { chr(97 + int rand 3) } 1 .. 1 + int rand 6} = 1 for 1 .. 200; print map { qq(\$_\n) } sort keys %w" >words && { cat words; echo zz; printf "zzz"; } >words.index &&
    { echo "object template look;"; n=0; while read -r w; do echo "\"/w/$n\" = file_line(\"words.index\", \"$w\");"; n=$((n + 1)); done <words; echo "\"/none\" = file_line(\"words.index\", \"b0\") + file_line(\"words.index\", \"zzzz\") + file_line(\"words.index\", \"A\"); \"/last\" = file_line(\"words.index\", \"zzz\"); \"/first\" = file_line(\"words.index\", \"\");"; } >look.pan &&
    panc --formats json look.pan && jq -r ".w[]" look.json >got && same words got &&
    jq -e ".none == \"\" and .last == \"zzz\" and .first == \"$(head -1 words)\"" look.json && : >words.index && echo "object template empty; \"/a\" = file_line(\"words.index\", \"a\");" >empty.pan && panc --formats json empty.pan && jq -e ".a == \"\"" empty.json'

# What it costs: a repository of 50,000 packages, a node with 1,500. No claim, a figure.
perl -e 'for (1 .. 50000) { print "p$_ 1.$_-1 x86_64 base\n" }' | LC_ALL=C sort >repository/packages.index
many="$setup '/software/packages' = { for (i = 1; i <= 1500; i = i + 1) SELF[escape(format('p%d', i * 30))] = dict(escape(format('1.%d-1', i * 30)), dict('arch', dict('x86_64', ''))); SELF; };"
good '1,500 packages and an index of 50,000' "$many"
done_testing
