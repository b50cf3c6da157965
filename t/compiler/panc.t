#!/bin/sh
# panc as an administrator meets it: what it writes where, and what it says when templates are wrong.
. "${WEFT_SRC:-.}/t/lib.sh"
mkdir out
here=$(pwd -P)

# says 'name' <<END ...: panc on name.pan ends with status 1 and prints exactly this (folder left out)
says() {
    code 1 panc -o out "$1.pan" 2>printed
    sed "s#$here/##g" printed >got
    cat >want && same want got
}

cat >node.pan <<'END'
object template node;
include 'site';
'/name' = NAME;
END
cat >site.pan <<'END'
template site;
variable NAME ?= 'lxb001';
END
ok 'a profile and its dependencies are written' '
    panc -o out node.pan
    ls out >got
    printf "node.dep\nnode.xml\n" >want
    same want got
    printf "node PAN file:%s/\nsite PAN file:%s/\n" "$here" "$here" >want && same want out/node.dep'
ok 'every format can be asked for' '
    panc -o out --formats "pan.gz, json, text, dot, origins, null" node.pan
    gzip -dc out/node.xml.gz | cmp - out/node.xml
    printf "/name\tnode.pan:3:1\n" >want && same want out/node.origins && test ! -s out/node.null'
ok 'an unknown format is a mistake on the command line' '
    code 1 panc --formats xmll node.pan 2>got
    printf "OPTIONS ERROR: unknown format %sxmll%s\nhint: did you mean %sxml%s?\n" "'\''" "'\''" "'\''" "'\''" | sed "s/.x27/'\''/g" >want; same want got'
ok 'an unknown option is a mistake on the command line' 'code 1 panc --frmats pan node.pan'
ok 'without an object template nothing is written' 'mkdir none && panc -o none site.pan && test -z "$(ls none)"'
ok 'with the format none, errors at run time stay unseen' '
    printf "object template r;\n'\''/x'\'' = error('\''now'\'');\n" >r.pan; panc --formats none r.pan; code 1 panc -o out r.pan'
ok 'an object in a namespace goes to a folder' '
    mkdir -p ns && printf "object template ns/h;\n'\''/a'\'' = 1;\n" >ns/h.pan && panc -o out ns/h.pan && test -s out/ns/h.xml'
ok 'noaction writes nothing and says what it would' '
    rm -rf empty; mkdir empty; panc -n -o empty node.pan >got && test -z "$(ls empty)" && grep -qx "would write node" got'
ok 'a failing object leaves its old files, and the others are written' '
    printf "object template b;\n'\''/x'\'' = 1;\n" >b.pan; panc -o out b.pan; cp out/b.xml before
    printf "object template b;\n'\''/x'\'' = 1;\nbind '\''/x'\'' = string;\n" >b.pan
    printf "object template c;\n'\''/x'\'' = 2;\n" >c.pan
    code 1 panc -o out b.pan c.pan && cmp before out/b.xml && test -s out/c.xml'
ok 'messages do not depend on the number of jobs' '
    for i in 1 2 3 4 5 6 7 8 9; do printf "object template n$i;\n'\''/x'\'' = value('\''n$((i % 9 + 1)):/x'\'');\n" >n$i.pan; done
    code 1 panc -j 1 -o out n?.pan 2>one; code 1 panc -j 4 -o out n?.pan 2>four; same one four'

cat >missing_semicolon.pan <<'END'
object template missing_semicolon;
'/a' = 1
'/b' = 2;
'/c' = ;
END
ok 'a missing semicolon, and the next mistake too' 'says missing_semicolon <<END
missing_semicolon.pan:2:8: parse error: expected '\'';'\'' or an operator, but the next thing is string '\''/b'\'' in line 3
    2 | '\''/a'\'' = 1
      |        ^
hint: a '\'';'\'' is missing here
missing_semicolon.pan:4:8: parse error: expected a value, not '\'';'\''
    4 | '\''/c'\'' = ;
      |        ^
END'
cat >unknown_type.pan <<'END'
object template unknown_type;
bind '/a' = strnig;
END
ok 'a misspelt type' 'says unknown_type <<END
unknown_type.pan:2:13: evaluation error: unknown type '\''strnig'\''
    2 | bind '\''/a'\'' = strnig;
      |             ^~~~~~
hint: did you mean '\''string'\''?
END'
cat >wrong_value.pan <<'END'
object template wrong_value;
type port = long(1..65535);
type service = { 'port' : port 'name' ? string };
bind '/services' = service{};
'/services/web/port' = 80;
'/services/ssh/port' = 220000;
END
ok 'a value its type refuses: where it was set, and by which type' 'says wrong_value <<END
wrong_value.pan:6:1: validation error: /services/ssh/port: value (220000) is outside range 1..65535
    6 | '\''/services/ssh/port'\'' = 220000;
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
  rejected by the type at wrong_value.pan:2:13
    2 | type port = long(1..65535);
      |             ^~~~~~~~~~~~~~
  in type '\''port'\'' at wrong_value.pan:2:6
  in type '\''service'\'' at wrong_value.pan:3:6
  bound to '\''/services'\'' at wrong_value.pan:4:6
END'
printf "object template loop;\ninclude 'around';\n" >loop.pan
printf "template around;\ninclude 'around';\n" >around.pan
ok 'templates that include each other end' 'says loop <<END
around.pan:2:1: evaluation error: template '\''around'\'' includes itself, without end
    2 | include '\''around'\'';
      | ^~~~~~~~~~~~~~~~~
hint: which other template was meant?
  included from around.pan:2:1
  ...
  included from loop.pan:2:1
END'
printf "object template absent;\ninclude 'site/nothing';\n" >absent.pan
ok 'an included template that is not there' 'says absent <<END
absent.pan:2:1: evaluation error: template '\''site/nothing'\'' not found
    2 | include '\''site/nothing'\'';
      | ^~~~~~~~~~~~~~~~~~~~~~~
hint: no file site/nothing.pan or .tpl below $here
END'
ok 'a file that is not there' '
    code 1 panc -o out nowhere.pan 2>got
    printf "panc: system error: cannot read \047nowhere.pan\047: No such file or directory\n" >want && same want got'
printf 'object template garbage;\n\001\002\377 = 1;\n' >garbage.pan
ok 'binary garbage' 'says garbage <<END
garbage.pan:2:1: parse error: the byte 0x01 has no meaning here
    2 | ..$(printf "\357\277\275") = 1;
      | ^
END'
ok 'nesting without end is refused at once' '
    { printf "object template deep;\n\047/x\047 = "; head -c 20000000 /dev/zero | tr "\0" "("; } >deep.pan
    code 1 timeout 20 panc -o out deep.pan 2>got && head -c 200 got | grep -q "^$here/deep.pan:2:1008: parse error: nested more than 1000 levels deep"'
cat >bomb.pan <<'END'
object template bomb;
'/x' = { a = list(1,1,1,1,1,1,1,1,1,1); for (i = 0; i < 20; i = i + 1) { a = list(a,a,a,a,a,a,a,a,a,a); }; a };
END
ok 'a small template of enormous contents is refused' '
    code 1 timeout 60 panc -o out bomb.pan 2>got; grep -q "more than 10000000 elements" got'
ok 'what many objects have in common is told once' '
    printf "template broken;\n\047/x\047 = 1 +;\n" >broken.pan
    for i in 1 2 3; do printf "object template m$i;\ninclude \047broken\047;\n" >m$i.pan; done
    code 1 panc -o out m?.pan 2>got; grep -c error: got | grep -qx 1 && grep -q "the same in 2 more objects" got'
mkdir -p site
cat >site/net.pan <<'END'
declaration template site/net;
function in_net = {
    if (!match(ARGV[0], '^10\.1\.'))
        error(ARGV[0] + ' is in another network');
    true;
};
function refuse = error(ARGV[0]);
type nic = {
    'bootproto' : string
    'mtu' : long
    'onboot' : boolean
    'ip' : string
    'netmask' : string
} with {
    if (SELF['bootproto'] == 'static') in_net(SELF['ip']);
    if (SELF['mtu'] > 9000) refuse('an mtu of ' + to_string(SELF['mtu']));
    if (SELF['netmask'] == '') refuse('no mask for ' + SELF['ip']);
    true;
};
END
cat >site/bound.pan <<'END'
template site/bound;
include 'site/net';
bind '/nic' = nic;
END
nic() { # NAME IP MTU MASK
    printf "object template %s;\ninclude 'site/bound';\n'/nic/bootproto' = 'static';\n" "$1"
    printf "'/nic/onboot' = true;\n'/nic/ip' = '%s';\n'/nic/mtu' = %s;\n'/nic/netmask' = '%s';\n" "$2" "$3" "$4"
}
for i in 1 2 3; do nic v$i 10.2.0.$i 1500 255.0.0.0 >v$i.pan; done
ok 'a mistake of many objects with other values in each is told of the first' '
    code 1 panc -o out v?.pan 2>got
    grep -c "error:" got | grep -qx 1
    grep -q "10.2.0.1 is in another network" got
    grep -qx "  (2 more objects: --all-objects shows theirs)" got'
ok 'each of them is told on demand, and always to programs' '
    code 1 panc --all-objects -o out v?.pan 2>got
    grep -c "10.2.0.. is in another network" got | grep -qx 3
    code 1 panc --json -o out v?.pan 2>got
    grep -c "10.2.0.. is in another network" got | grep -qx 3
    code 1 panc --messages classic -o out v?.pan 2>got
    grep -c "10.2.0.. is in another network" got | grep -qx 3'
ok 'what a failed validation spoke of last is shown, other values are not' '
    code 1 panc -o out v1.pan 2>got
    sed -n "s/ is set at.*//p" got >names
    printf "  \047%s\047\n" ip bootproto >wanted
    same wanted names
    grep -q "^  3 more values here: panc --explain /nic tells where they are set" got'
nic w1 10.1.0.1 9999 255.0.0.0 >w1.pan
nic w2 10.1.0.2 1500 "" >w2.pan
ok 'two mistakes told by one function of the site are two messages' '
    code 1 panc -o out w?.pan 2>got
    grep -c "error:" got | grep -qx 2
    grep -q "an mtu of 9999" got
    grep -q "no mask for 10.1.0.2" got'
cat >seen.pan <<'END'
object template seen;
type t = { 'a' : string 'b' : string 'c' : string 'd' : string } with {
    foreach (k; v; SELF)
        if (v == 'y')
            error('no good');
    true;
};
bind '/x' = t;
'/x/a' = 'y';
'/x/b' = 'y';
'/x/c' = 'y';
'/x/d' = 'y';
END
ok 'three values at most are shown when the code names none' '
    code 1 panc -o out seen.pan 2>got
    grep -c " is set at" got | grep -qx 3
    grep -q "^  1 more value here: panc --explain /x tells where it is set" got'
cat >less.pan <<'END'
object template less;
type t = { 'a' : long 'b' : long 'c' : long } with SELF['a'] < SELF['c'];
bind '/x' = t;
'/x/a' = 3;
'/x/b' = 2;
'/x/c' = 1;
END
ok 'a validation that is false shows what it compared' '
    code 1 panc -o out less.pan 2>got
    sed -n "s/ is set at.*//p" got >names
    printf "  \047%s\047\n" c a >wanted
    same wanted names'
done_testing
