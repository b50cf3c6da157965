#!/bin/sh
# REQ-C-4, signatures: a node told to takes only what its signer made, for this node, and nothing older than it has;
# what cdbd and openssl sign is the same to it.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
. "$WEFT_SRC/t/ncm/node.sh"
unset WEFT_ROOT
me=lxb001.example.org
cat >>cdbd.conf <<END
sign_certificate = $scratch/pki/signer.crt
sign_key         = $scratch/pki/signer.key
END
cdb-pki -C pki signer >/dev/null
cdb-pki -C other init >/dev/null
cdb-pki -C other signer >/dev/null
mkdir www
web=file://$scratch/www
# publish VALUE [NAME]: as a compiler would; sign [KEY] [NAME] [AS]: with openssl, as the page of ccm-fetch tells
publish() { printf '<nlist format="pan" name="profile"><string name="v">%s</string><string name="w">ü</string></nlist>' "$1" >"www/${2:-lxb001.xml}"; }
sign() {
    p=${2:-lxb001.xml}
    { echo "${3:-$p}"; cat "www/$p"; } | openssl cms -sign -binary -outform DER -signer "${1:-pki}/signer.crt" -inkey "${1:-pki}/signer.key" -out "www/$p.sig"
}
fetch() { WEFT_ROOT=$node ccm-fetch --profile "$web/lxb001.xml" --signer_file "$scratch/signers" "$@" 2>err; }
value() { WEFT_ROOT=$node ccm get /v; }
# refused 'text of the reason' [option...]: the profile that is there stays
refused() {
    was=$(value); reason=$1; shift
    code 2 fetch "$@"
    grep -q "is no usable profile.*$reason" err || { cat err; return 1; }
    test "$(value)" = "$was"
}

cp pki/signer.crt signers
publish one
WEFT_ROOT=$node ccm-fetch --profile "$web/lxb001.xml"
ok 'who is not told to asks for no signature' 'test "$(value)" = one; test ! -e $node/var/lib/ccm/profile.1/signature'
ok 'who is takes none that is not signed, though it had it before' 'refused "it is not signed"'
sign
ok 'a signed one is taken, and its signature kept' '
    fetch; test "$(WEFT_ROOT=$node ccm --showcids)" = 1,2
    cmp www/lxb001.xml.sig $node/var/lib/ccm/profile.2/signature
    jq -e ".signed > 0" $node/var/lib/ccm/profile.2/fetched'
publish two
ok 'a changed body is refused' 'refused "the signature is not good"'
sign other
ok 'so is what somebody else signed, with the name of the file' 'refused "its signer is none of those in .$scratch/signers."'
sign pki lxb001.xml lxb002.xml
ok 'and what was signed for another node' 'refused "the signature is not good"'
echo nonsense >www/lxb001.xml.sig
ok 'and what is no signature' 'refused "it is none"'
: >www/lxb001.xml.sig
ok 'nor is an empty file' 'refused "it is none"'
{ echo lxb001.xml; cat www/lxb001.xml; } | openssl cms -sign -binary -outform DER -signer other/signer.crt -inkey other/signer.key \
    -signer pki/signer.crt -inkey pki/signer.key -out www/lxb001.xml.sig
ok 'one that a stranger signed as well' 'refused "it must have one signer"'
{ echo lxb001.xml; cat www/lxb001.xml; } | openssl cms -sign -binary -noattr -outform DER -signer pki/signer.crt -inkey pki/signer.key -out www/lxb001.xml.sig
ok 'one that does not say when it was made' 'refused "it does not say when it was made"'
sign
ok 'the good one is taken after all that' 'fetch; test "$(value)" = two'

ok 'two keys may count, while one replaces the other' '
    cat other/signer.crt pki/signer.crt >signers
    publish three; sign other; fetch; test "$(value)" = three
    publish four; sign; fetch; test "$(value)" = four
    cp pki/signer.crt signers'
ok 'a file of signers that cannot be used is for somebody to look at' '
    code 1 fetch --force --signer_file /nonexistent
    echo none >empty; code 1 fetch --force --signer_file $scratch/empty; grep -q "cannot use the signers. certificates" err'

# ---- an old one, with its good signature
publish old; sign
cp www/lxb001.xml old.xml; cp www/lxb001.xml.sig old.sig
ok 'an old profile does not come back' '
    fetch; test "$(value)" = old
    until_true 10 sh -c "test \$(date +%s) -gt $(date +%s)"
    publish mended; sign; fetch; test "$(value)" = mended
    cp old.xml www/lxb001.xml; cp old.sig www/lxb001.xml.sig
    refused "it was signed at .*, the profile we have later"
    grep -q "ccm-fetch --force. takes it" err'
ok 'also not from a failover server' '
    mkdir mirror; cp old.xml mirror/lxb001.xml; cp old.sig mirror/lxb001.xml.sig; rm www/lxb001.xml
    refused "the profile we have later" --profile_failover file://$scratch/mirror/lxb001.xml'
ok 'unless somebody forces it' 'cp old.xml www/lxb001.xml; cp old.sig www/lxb001.xml.sig; fetch --force; test "$(value)" = old'
ok 'compressed profiles and JSON have theirs' '
    publish packed packed.xml; sign pki packed.xml; gzip www/packed.xml
    fetch --profile $web/packed.xml.gz; test "$(value)" = packed
    echo "{\"v\": \"from json\"}" >www/j.json; sign pki j.json
    fetch --profile $web/j.json; test "$(value)" = "from json"'

# ---- by the database
from_cdbd() {
    WEFT_ROOT=$node ccm-fetch --signer_file "$scratch/signers" --cert_file "$scratch/pki/$me.crt" --key_file "$scratch/pki/$me.key" \
        --ca_file "$scratch/pki/ca.crt" "$@" 2>err
}
site_is() { test "$(WEFT_ROOT=$node ccm get /system/site)" = "$1"; }
commit() { as_admin commit -m "$1" -I profiles -I . site >/dev/null; }
server_start || exit 99
commit first
ok 'cdbd signs, under each name and in each form' '
    for name in $me.xml profile_$me.xml $me.json $me.xml.gz; do
        from_cdbd --force --profile $url/profiles/$name
        site_is Genève
    done'
ok 'openssl finds its signature good too' '
    for f in xml json; do
        ask $me /profiles/$me.$f >body
        ask $me /profiles/$me.$f.sig >sig
        { echo $me.$f; cat body; } >signed
        openssl cms -verify -binary -inform DER -in sig -content signed -certfile pki/signer.crt -nointern -noverify -out /dev/null
    done'
ok 'a signature is for who may read the profile' '
    status lxb002.example.org /profiles/$me.xml.sig | grep -qx 403
    status admin /profiles/nobody.xml.sig | grep -qx 404
    status $me /profiles/$me.origins.sig | grep -qx 404'
ok 'a change is signed anew' '
    sed -i s/Genève/Bern/ site/service/base.pan
    commit second
    from_cdbd --profile $url/profiles/$me.xml
    site_is Bern'
reload() {
    lines=$(grep -c "read again" server.log || :)
    kill -HUP "$(cat cdbd.pid)"
    until_true 10 sh -c "test \$(grep -c 'read again' server.log) -gt $lines"
}
ok 'a renewed certificate has the same key: nodes need not know' '
    cdb-pki -C pki renew signer
    reload
    sed -i s/Bern/Basel/ site/service/base.pan
    commit third
    from_cdbd --profile $url/profiles/$me.xml
    site_is Basel'
ok 'another key is not believed, whatever authority made it' '
    mv pki/signer.crt pki/signer.key other; cdb-pki -C pki signer
    reload
    code 2 from_cdbd --force --retrieve_retries 1 --profile $url/profiles/$me.xml
    grep -q "its signer is none of those" err
    site_is Basel'
server_stop
ok 'a key without its certificate is refused' '
    sed -i /sign_certificate/d cdbd.conf
    code 78 timeout 20 cdbd -d -f cdbd.conf 2>err
    grep -q "set both" err'
ok 'who has neither signs nothing' '
    sed -i /sign_key/d cdbd.conf
    server_start
    status $me /profiles/$me.xml.sig | grep -qx 404
    ask $me /profiles/$me.xml.sig | grep -q "not signed here"
    status $me /profiles/$me.xml | grep -qx 200'
done_testing
