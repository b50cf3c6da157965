#!/bin/sh
# cdb-pki makes an authority and certificates that openssl accepts for what they are for, and takes them back.
. "${WEFT_SRC:-.}/t/lib.sh"
pki() { cdb-pki -C pki "$@"; }
good() { openssl verify -CAfile pki/ca.crt -purpose "$1" "$2"; }

ok 'an authority is made once' 'pki init --name "Example site" && openssl x509 -in pki/ca.crt -noout -subject | grep -q "O = Weft, CN = Example site" && code 1 pki init'
ok 'a server has all its names' '
    pki server cdb.example.org 192.0.2.10 && good sslserver pki/server.crt && ! good sslclient pki/server.crt &&
    openssl x509 -in pki/server.crt -noout -checkhost cdb.example.org | grep -q "does match" && openssl x509 -in pki/server.crt -noout -checkip 192.0.2.10 | grep -q "does match"'
ok 'a person can be a client and nothing else' '
    pki admin --email anna@example.org anna 2>line && good sslclient pki/anna.crt && ! good sslserver pki/anna.crt &&
    echo "line for cdbd'\''s access file: admin \"CN=anna,O=Weft\"" >want && same want line'
ok 'a node has its host name' 'pki node lxb001.example.org lxb002.example.org && openssl x509 -in pki/lxb001.example.org.crt -noout -ext subjectAltName | grep -q "DNS:lxb001.example.org$"'
ok 'profiles have a signer, whose key has a name that a renewal keeps' '
    keyid() { openssl x509 -in pki/signer.crt -noout -ext subjectKeyIdentifier; }
    pki signer
    keyid | grep -q ":"; old=$(keyid)
    not good sslclient pki/signer.crt; not good sslserver pki/signer.crt
    pki renew signer; test "$(keyid)" = "$old"
    code 64 pki signer somebody'
ok 'keys are for their owner only' '[ "$(stat -c %a pki/*.key | sort -u)" = 600 ]'
ok 'a name is used once' 'code 64 pki node lxb001.example.org 2>err && grep -q "^hint: .cdb-pki renew lxb001" err'
ok 'renewal keeps key and names' '
    old=$(openssl x509 -in pki/lxb001.example.org.crt -noout -serial) && key=$(openssl x509 -in pki/lxb001.example.org.crt -noout -pubkey) &&
    pki renew --days 10 lxb001.example.org && [ "$(openssl x509 -in pki/lxb001.example.org.crt -noout -serial)" != "$old" ] &&
    [ "$(openssl x509 -in pki/lxb001.example.org.crt -noout -pubkey)" = "$key" ] && openssl x509 -in pki/lxb001.example.org.crt -noout -ext subjectAltName | grep -q lxb001 &&
    ! openssl x509 -in pki/lxb001.example.org.crt -noout -checkend 900000'
ok 'a revoked certificate is on the list' '
    cp pki/lxb002.example.org.crt kept && pki revoke lxb002.example.org && ! openssl verify -CAfile pki/ca.crt -crl_check -CRLfile pki/ca.crl kept &&
    openssl verify -CAfile pki/ca.crt -crl_check -CRLfile pki/ca.crl pki/anna.crt && pki list | grep -q "^revoked .*CN=lxb002"'
ok 'its name can be used again' 'rm pki/lxb002.example.org.key && pki node lxb002.example.org && good sslclient pki/lxb002.example.org.crt'
ok 'a name that is none is refused' 'code 64 pki node "../x" && code 64 pki node "a,DNS:b" && code 64 pki node "" && ! [ -e x.key ]'
ok 'without an authority there is nothing to sign' 'code 78 cdb-pki -C empty node lxb001 2>err && grep -q "there is no authority in" err'
done_testing
