#!/bin/sh
# A revoked certificate is out within seconds, from open connections too; a list whose time is over locks out nobody else.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org b2=lxb002.example.org
echo "crl = $scratch/pki/ca.crl" >>cdbd.conf
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1

ok 'who is revoked is cut off within seconds, without a signal, from an open stream too' '
    ask $b2 "/api/v1/events?node=$b2" -N >events 2>&1 & listener=$!
    until_true 10 grep -q hello events
    cp pki/$b2.crt kept.crt
    cdb-pki -C pki revoke $b2
    cp kept.crt pki/$b2.crt
    until_true 10 eval "! kill -0 $listener"
    not ask $b2 /profiles/$b2.xml
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
ok 'a list whose time is over still counts, locks out nobody else, and is warned of' '
    (cd pki && openssl ca -config openssl.cnf -gencrl -crlsec 1 -out ca.crl)
    sleep 2
    server_stop
    server_start
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ]
    as_admin who
    not ask $b2 /profiles/$b2.xml
    until_true 10 grep -q "warning: the list of revoked certificates is out of date" server.log'
ok 'a broken list leaves the one before' '
    echo nonsense >pki/ca.crl
    until_true 10 grep -q "is not read again, the old one stays" server.log
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ]
    not ask $b2 /profiles/$b2.xml'
ok 'a list that is gone leaves the one before' '
    rm pki/ca.crl
    until_true 10 grep -q "ca.crl. is gone" server.log
    not ask $b2 /profiles/$b2.xml
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
done_testing
