#!/bin/sh
# The checks of pan/types: what is an address, a name, a date, a path, and what is not.
. "${WEFT_SRC:-.}/t/lib.sh"

# yes function value...: true for each; no function value...: false for each. A value is Pan text.
yes() { f=$1; shift; for v; do n_=$((n_ + 1)); echo "'/v$n_' = $f($v) == true || error('$f should accept: %s', $v);"; done >>lines; }
no() { f=$1; shift; for v; do n_=$((n_ + 1)); echo "'/v$n_' = $f($v) == false || error('$f should refuse: %s', $v);"; done >>lines; }
n_=0
# holds 'claim': the lines collected since the last one compile
holds() {
    name=case$((n + 1))
    { echo "object template $name;"; echo "include 'pan/types';"; cat lines; } >$name.pan
    : >lines
    ok "$1" "panc --formats json --include-path .:$WEFT_SRC/templates $name.pan"
}

yes is_ipv4 "'10.0.0.1'" "'0.0.0.0'" "'255.255.255.255'" "'192.0.2.99'"
no is_ipv4 "'256.0.0.1'" "'10.0.0'" "'10.0.0.1.2'" "'10.0.0.01'" "'10.0.0.a'" "''" "' 10.0.0.1'" "'10.0.0.1/8'" "'1000.1.1.1'"
holds 'IPv4 addresses'

yes is_ipv6 "'::'" "'::1'" "'fe80::1'" "'2001:db8:0:0:0:0:0:1'" "'2001:db8::8:800:200c:417a'" "'::ffff:192.0.2.1'" "'1::'"
no is_ipv6 "'1:2:3:4:5:6:7'" "'1:2:3:4:5:6:7:8:9'" "'1::2::3'" "':1:2:3:4:5:6:7'" "'12345::'" "'10.0.0.1'" "'::g'" "':::'" "'1:'" "'::ffff:192.0.2.256'"
holds 'IPv6 addresses'

yes is_ipv4_netmask "'255.255.255.0'" "'255.255.252.0'" "'0.0.0.0'" "'255.255.255.255'"
no is_ipv4_netmask "'255.0.255.0'" "'0.0.0.255'" "'255.255.255'" "'10.0.0.1'"
holds 'netmasks are ones followed by zeros'

yes is_ipv4_network "'10.0.0.0/8'" "'0.0.0.0/0'" "'192.0.2.1/32'"
no is_ipv4_network "'10.0.0.0'" "'10.0.0.0/33'" "'10.0.0/8'" "'10.0.0.0/'"
holds 'networks with a length'

yes is_shorthostname "'lxb001'" "'a'" "'0x1'" "'a-b-c'"
no is_shorthostname "'-a'" "'a-'" "'a.b'" "'a_b'" "''" "'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg'"
yes is_fqdn "'lxb001.example.org'" "'a.b'" "'0.example.org'" "'xn--bcher-kva.example'"
no is_fqdn "'lxb001'" "'10.0.0.1'" "'a..b'" "'.a.b'" "'a.b.'" "'a.-b'" "'a.b c'"
yes is_hostname "'lxb001'" "'lxb001.example.org'"
no is_hostname "'a b'" "''"
holds 'host names with and without domain'

yes is_hwaddr "'00:16:3e:00:00:01'" "'00-16-3E-00-00-01'" "'ff:ff:ff:ff:ff:ff'"
no is_hwaddr "'00:16:3e:00:00'" "'00:16-3e:00:00:01'" "'00:16:3e:00:00:0g'" "'0:16:3e:00:00:01'" "'00163e000001'"
holds 'Ethernet addresses'

yes is_port 1 22 65535
no is_port 0 65536 -1
yes is_hostport "'lxb001:22'" "'lxb001.example.org'" "'10.0.0.1:80'" "'[::1]:443'" "'[fe80::1]'"
no is_hostport "'lxb001:0'" "'lxb001:65536'" "'lxb001:'" "':22'" "'[::g]:1'" "'a:b:c'"
holds 'ports, and hosts with a port'

yes is_absoluteURI "'http://a.example.org/x?y#z'" "'file:///etc/key'" "'urn:isbn:1'" "'ldap://h/o=x%20y'"
no is_absoluteURI "'/etc/key'" "'http//a'" "'http://a b'" "'1http://a'" "'http:'" "'http://a/%zz'"
yes is_hostURI "'https://mirror.example.org:8443/x'" "'http://user@h/'" "'http://[::1]:80/'" "'http://10.0.0.1'"
no is_hostURI "'file:///etc/key'" "'http://-a/'" "'http://h:99999/'"
holds 'URIs'

yes is_email "'root@example.org'" "'a.b+c@lxb001'"
no is_email "'root'" "'@example.org'" "'root@'" "'a..b@example.org'" "'.a@example.org'" "'a b@example.org'" "'a@b@c'"
holds 'mail addresses'

yes is_absolute_file_path "'/etc/hosts'" "'/a'" "'/a b/c'" "'/.hidden'" "'/a/..b'"
no is_absolute_file_path "'/'" "'etc/hosts'" "'/etc/'" "'/etc//hosts'" "'/etc/../x'" "'/./x'" "'/a/..'" "''"
holds 'absolute file names'

yes is_isodate "'2026-11-22'" "'2024-02-29'" "'2000-02-29'" "'2026-11-22T23:59:60Z'" "'2026-11-22T10:15:00.5+01:00'"
no is_isodate "'2026-02-29'" "'1900-02-29'" "'2026-13-01'" "'2026-04-31'" "'2026-00-10'" "'22-11-2026'" "'2026-11-22T24:00:00Z'" "'2026-11-22T10:15:00'" "'2026-11-22T10:15:00+15:00'"
holds 'dates exist in the calendar'

yes is_uuid "'123e4567-e89b-12d3-a456-426614174000'"
no is_uuid "'123e4567e89b12d3a456426614174000'" "'123e4567-e89b-12d3-a456-42661417400'"
yes is_user_name "'root'" "'_apt'" "'svc-1'" "'host\$'"
no is_user_name "'Root'" "'1a'" "''" "'a b'" "'a:b'"
holds 'UUIDs and names of users'
done_testing
