#!/bin/sh
# Signatures of repositories and packages: what is signed with the repository's key is used; what is not signed, signed
# with another key, changed after it was signed, or too old to be believed, is refused by name.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
. "$WEFT_SRC/t/spm/debs.sh"
rpm_or_skip
for tool in gpg gpgv rpmsign createrepo_c dpkg-scanpackages; do command -v $tool >/dev/null || skip_all "no $tool"; done

GNUPGHOME=$(mktemp -d /tmp/weft-gpg.XXXXXX)
export GNUPGHOME
pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null; done; gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"; }
for who in site stranger; do
    gpg --batch -q --pinentry-mode loopback --passphrase '' --quick-gen-key "$who@example.org" rsa2048 sign never 2>/dev/null &&
        gpg --armor --export "$who@example.org" >$who.asc || exit 99
done
sign() { who=$1; shift; gpg --batch -q --yes -u "$who@example.org" "$@"; }
sign_rpm() { rpmsign --define "__gpg $(command -v gpg)" --define "_gpg_name $1@example.org" --addsign "$2" >sign.log 2>&1 || { cat sign.log; return 1; }; }

for p in good alien plain changed; do make_rpm $p 1 1 'BuildArch: noarch' || exit 99; done
make_rpm good 2 1 'BuildArch: noarch' && sign_rpm site rpms/good-1-1.noarch.rpm && sign_rpm site rpms/good-2-1.noarch.rpm &&
    sign_rpm stranger rpms/alien-1-1.noarch.rpm && sign_rpm site rpms/changed-1-1.noarch.rpm || exit 99
# A byte of the header's text, behind the signature.
perl -e 'open my $f, "+<:raw", $ARGV[0]; local $/; my $all = <$f>; my $at = rindex $all, "a package of the tests"; seek $f, $at, 0; print $f "A"' rpms/changed-1-1.noarch.rpm
createrepo_c -q rpms
export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib cache=$WEFT_ROOT/var/spma-cache
mkdir -p "$lib" "$WEFT_ROOT/etc"
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
repository() { printf '[{"name": "base", "protocols": [{"url": "file://%s"}], "gpgkey": ["file://%s"], %s}]' "$1" "$scratch/$2.asc" "$3" >"$lib/spma-repositories.json"; }
installed() { spma-rpm list | sort | tr '\n' ','; }
again() { rm -rf "$lib/weft/spma/repositories"; }

ok 'a package that is signed with the repository'"'"'s key is installed; rpm itself need not know the key' '
    repository $PWD/rpms site "\"gpgcheck\": true" && target "good 1 1 noarch" && spma 2>err && test "$(installed)" = "good 1 1 noarch,"'

ok 'packages without a signature, with another one, or changed, are all named, and nothing happens' '
    target "good 2 1 noarch" "alien 1 1 noarch" "plain 1 1 noarch" "changed 1 1 noarch" && code 69 spma apply --dependencies ignore 2>err >out && cat err &&
    grep -q "3 of 4 packages cannot be had" err && grep -q "alien-1-1.noarch.rpm. is not used: it is signed with another key than the repository.s" err &&
    grep -q "plain-1-1.noarch.rpm. is not used: it has no signature" err && grep -q "changed-1-1.noarch.rpm. is not used: it is damaged, or its signature is wrong" err &&
    test "$(installed)" = "good 1 1 noarch,"'

ok 'a pre-fetch tells it the night before' 'target "good 1 1 noarch" "alien 1 1 noarch" && code 69 spma prefetch 2>err && grep -q "another key than the repository" err'

ok 'what is refused does not stay in the cache; what lies there and no repository lists any more needs a signature too' '
    test ! -e $cache/alien-1-1.noarch.rpm && cp rpms/alien-1-1.noarch.rpm rpms/good-2-1.noarch.rpm $cache/ && mkdir less && cp rpms/good-1-1.noarch.rpm less && createrepo_c -q less &&
    repository $PWD/less site "\"gpgcheck\": true" && target "good 2 1 noarch" && spma prefetch 2>err && grep -q "1 packages are here" err &&
    target "good 1 1 noarch" "alien 1 1 noarch" && code 69 spma apply 2>err && cat err && grep -q "alien-1-1.noarch.rpm. is not used: it is signed with another key" err && test "$(installed)" = "good 1 1 noarch,"'

ok 'a package from where the target says is the target'"'"'s word; brought back, too' '
    printf -- "- good 1 1 noarch\n%s plain 1 1 noarch\n" $PWD/rpms >$lib/spma-target.cf && spma 2>err && installed | grep -q plain && target "good 1 1 noarch" && spma 2>err && test "$(installed)" = "good 1 1 noarch," &&
    spma rollback 2>err && installed | grep -q plain && spma 2>err && test "$(installed)" = "good 1 1 noarch,"'

ok 'where the repository does not ask, nobody does' '
    repository $PWD/rpms site "\"gpgcheck\": false" && target "good 1 1 noarch" "alien 1 1 noarch" && spma && installed | grep -q alien'

ok 'without keys of its own, the repository'"'"'s packages need one that rpm knows' '
    printf "[{\"name\": \"base\", \"protocols\": [{\"url\": \"file://%s\"}], \"gpgcheck\": true}]" "$PWD/rpms" >$lib/spma-repositories.json && target "good 2 1 noarch" "alien 1 1 noarch" &&
    code 69 spma apply 2>err && grep -q "another key" err && rpm --root $WEFT_ROOT --import site.asc && spma apply && installed | grep -q "good 2"'

ok 'checksig asks rpm itself for a signature of every package' '
    target "good 2 1 noarch" "alien 1 1 noarch" "plain 1 1 noarch" && repository $PWD/rpms site "\"gpgcheck\": false" && code 1 spma apply --checksig yes 2>err && grep -q "plain" err && ! installed | grep plain'

ok 'a key that anybody on the way could have sent is not used' '
    printf "[{\"name\": \"base\", \"protocols\": [{\"url\": \"file://%s\"}], \"gpgcheck\": true, \"gpgkey\": [\"http://127.0.0.1:1/site.asc\"]}]" "$PWD/rpms" >$lib/spma-repositories.json &&
    target "good 1 1 noarch" "alien 1 1 noarch" && code 69 spma apply 2>err && grep -q "the key .http://127.0.0.1:1/site.asc. is not used" err &&
    echo nonsense >nonsense.asc && repository $PWD/rpms nonsense "\"gpgcheck\": true" && code 69 spma apply 2>err && grep -q "nonsense.asc. holds no public key" err'

perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD" "$PWD/port" "$PWD/log" & pids=$!
openssl req -x509 -newkey rsa:2048 -nodes -keyout keys.key -out keys.crt -days 2 -subj /CN=keys.invalid -addext subjectAltName=DNS:keys.invalid 2>/dev/null
sport=$(free_port)
openssl s_server -quiet -accept "127.0.0.1:$sport" -cert keys.crt -key keys.key -WWW >/dev/null 2>&1 & pids="$pids $!"
until_true 10 curl -s -o /dev/null --cacert keys.crt --connect-to "keys.invalid::127.0.0.1:" "https://keys.invalid:$sport/site.asc" && until_true 10 test -s port || exit 99
proxied() { again && rm -rf "$lib/weft/spma/keys" && : >log && printf '[{"name": "base", "protocols": [{"url": "file://%s", "cacert": "%s"}], "gpgkey": ["https://keys.invalid:%s/site.asc"], "%s": true}]' "$PWD/rpms" "$PWD/keys.crt" "$sport" "$1" >"$lib/spma-repositories.json"; }
ok 'keys come through the forward proxy of the site' '
    proxied gpgcheck && target "good 1 1 noarch" "alien 1 1 noarch" && code 69 spma prefetch 2>err && grep -q "is not used: cannot get .https://keys.invalid" err &&
    spma prefetch --proxy yes --proxyhost 127.0.0.1 --proxyport $(cat port) 2>err && grep -q "^keys.invalid:$sport " log'
ok 'for metadata too; and not from a reverse proxy, which is not whom the key'"'"'s URL names' '
    cp -r rpms signed && sign site --armor --detach-sign -o signed/repodata/repomd.xml.asc signed/repodata/repomd.xml && proxied repo_gpgcheck && sed -i "s|/rpms|/signed|" $lib/spma-repositories.json &&
    spma plan --proxy yes --proxyhost 127.0.0.1 --proxyport $(cat port) >out 2>err && grep -q "^keys.invalid:$sport " log && again && : >log &&
    spma plan --proxy yes --proxytype reverse --proxyhost 127.0.0.1 --proxyport $(cat port) >out 2>err && ! grep site.asc log'

ok 'signed metadata is used' '
    repository $PWD/rpms site "\"repo_gpgcheck\": true" && again && target "good 1 1 noarch" "alien 1 1 noarch" && code 69 spma plan 2>err && grep -q "repomd.xml.asc" err &&
    sign site --armor --detach-sign -o rpms/repodata/repomd.xml.asc rpms/repodata/repomd.xml && spma plan >out && grep -q "replace good-1-1" out'

ok 'metadata that was fetched unchecked is not believed once it is to be checked' '
    again && repository $PWD/rpms site "\"gpgcheck\": false" && spma plan >out && repository $PWD/rpms stranger "\"repo_gpgcheck\": true" && code 69 spma plan 2>err'

ok 'signed by a stranger, or changed since: refused; what was good is used as it was, with a warning' '
    again && repository $PWD/rpms site "\"repo_gpgcheck\": true" && spma plan >want &&
    sign stranger --armor --detach-sign -o rpms/repodata/repomd.xml.asc rpms/repodata/repomd.xml && spma plan --refresh 0 >out 2>err && same want out &&
    grep -q "is used as it was .* cannot be trusted: it is signed with another key than the repository.s" err &&
    again && code 69 spma plan 2>err && grep -q "cannot be trusted: it is signed with another key" err &&
    sign site --armor --detach-sign -o rpms/repodata/repomd.xml.asc rpms/repodata/repomd.xml && echo " " >>rpms/repodata/repomd.xml && code 69 spma plan 2>err && grep -q "cannot be trusted: it is not what was signed" err'

ok 'a repository that asks and names no key is refused where it is described' '
    printf "[{\"name\": \"base\", \"protocols\": [{\"url\": \"file:///x\"}], \"repo_gpgcheck\": true}]" >$lib/spma-repositories.json && code 65 spma plan 2>err && grep -q "names no gpgkey" err'

# Debian signs the index, and the index has the checksums of the packages.
WEFT_ROOT=$PWD/debroot lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc"
echo 'packager = dpkg' >"$WEFT_ROOT/etc/spma.conf"
arch=$(dpkg --print-architecture)
make_deb ntp 1-1 all && mkdir -p "suite/dists/stable/main/binary-$arch" && cp -r debs suite/ || exit 99
(cd suite && dpkg-scanpackages -m debs 2>/dev/null) | gzip -9n >"suite/dists/stable/main/binary-$arch/Packages.gz"
dists=suite/dists/stable
release() { printf 'Suite: stable\nDate: %s\n%sSHA256:\n %s %s main/binary-%s/Packages.gz\n' "$(date -uR)" "$1" \
    "$(sha256sum <"$dists/main/binary-$arch/Packages.gz" | cut -d' ' -f1)" 1 "$arch" >$dists/Release; rm -f $dists/InRelease $dists/Release.gpg; }
suite() { printf '[{"name": "suite", "suite": "stable", "sections": ["main"], "protocols": [{"url": "file://%s/suite"}], "gpgkey": ["file://%s/site.asc"], "gpgcheck": true}]' "$scratch" "$scratch" >"$lib/spma-repositories.json"; }

ok 'Debian: InRelease, or Release with Release.gpg' '
    suite && target "ntp 1 1 all" && release && sign site --clearsign -o $dists/InRelease $dists/Release && spma plan | grep -q "install ntp" &&
    again && rm $dists/InRelease && sign site --armor --detach-sign -o $dists/Release.gpg $dists/Release && spma 2>err && spma-dpkg list | grep -q "ntp 1 1 all"'

ok 'Debian: none, another one, or changed: refused' '
    again && spma-dpkg list && rpm --version >/dev/null && target "ntp 1 1 all" "x 1 1 all" && rm $dists/Release.gpg && code 69 spma plan 2>err && grep -q Release.gpg err &&
    sign stranger --clearsign -o $dists/InRelease $dists/Release && code 69 spma plan 2>err && grep -q "dists/stable/InRelease. cannot be trusted: it is signed with another key" err &&
    sign site --clearsign -o $dists/InRelease $dists/Release && sed -i "s/Suite: stable/Suite: unstable/" $dists/InRelease && code 69 spma plan 2>err && grep -q "it is not what was signed" err'

ok 'Debian: two signatures, one of them of a key that is not ours yet, as when keys are changed' '
    sign site --clearsign -u stranger@example.org -o $dists/InRelease $dists/Release && spma plan --dependencies ignore | grep -q "x-1-1"'

ok 'Debian: a signed Release is not believed for ever' '
    again && release "Valid-Until: Sat, 01 Jan 2022 00:00:00 UTC
" && sign site --clearsign -o $dists/InRelease $dists/Release && code 69 spma plan 2>err && grep -q "cannot be trusted: it was valid until Sat, 01 Jan 2022" err'
done_testing
