#!/bin/sh
# The command line of panc: each option of the compilers before it, and the answers that are its own.
. "${WEFT_SRC:-.}/t/lib.sh"
here=$(pwd -P)
mkdir out lib sub
cat >lib/base.pan <<'END'
template base;
type port = long(1..65535);
type service = { 'port' : port = 80  'name' ? string };
bind '/web' = service;
variable N ?= 1;
function twice = { return(2 * ARGV[0]); };
'/web' = create('made', 'name', 'www');
'/n' ?= 7;
'/n' = twice(N);
'/n' ?= 9;
END
printf "structure template made;\n'name' = undef;\n" >lib/made.pan
printf "object template a;\ninclude 'base';\n'/gone' = 1;\n'/gone' = null;\n" >a.pan
printf "object template b;\n'/x' = { debug('hello'); true };\n'/y' = value('a:/n');\n" >b.pan
printf "object template loop;\n'/x' = { for (i = 0; i < 20; i = i + 1) i };\n" >loop.pan
printf "object template deep;\nfunction f = if (ARGV[0] == 0) 0 else f(ARGV[0] - 1);\n'/x' = f(20);\n" >deep.pan
printf "object template old;\n'/x' = { x = OBJECT; deprecated(0, 'mind this, ' + x); 1 };\n" >old.pan
p() { panc --include-path .:lib --output-dir out "$@"; }

ok '--output-dir and --include-path, which must exist' '
    p a.pan
    ls out/a.xml
    code 1 panc --output-dir nowhere a.pan; code 1 panc --include-path .:nowhere a.pan; code 1 panc --output-dir out a.pan'
ok 'an object that its name does not lead to is told with its file' 'code 1 panc -I lib -o out a.pan 2>got; grep -q "a.pan:1:1: evaluation error: object template .a. cannot be located" got; grep -q "add .$here. to it" got'
ok '--formats: blanks, several, none' '
    p --formats " json , text,txt" a.pan
    ls out/a.json out/a.txt
    rm out/*; p --formats none a.pan && test -z "$(ls out)"'
ok '--max-iteration' 'p loop.pan; code 1 p --max-iteration 10 loop.pan; code 1 p --max-iteration 0 loop.pan'
ok '--max-recursion' 'p deep.pan; code 1 p --max-recursion 10 deep.pan; code 1 p --max-recursion x deep.pan'
ok '--nthread: 0 and more than there are cores' 'p --nthread 0 a.pan b.pan; p --nthread 1000 a.pan b.pan; code 1 p --nthread -1 a.pan'
ok '--initial-data' 'p --formats json --initial-data "dict(\"i\", list(1, 2))" a.pan; grep -q "\"i\"" out/a.json; code 1 p --initial-data "list(1)" a.pan'
ok '--debug prints at once, on standard error' 'p --debug b.pan 2>got; printf "[b] hello\n" >want; same want got; p b.pan 2>got; test ! -s got'
ok '--debug-ns-include and --debug-ns-exclude match whole names; exclusion wins' '
    p --debug-ns-include b b.pan 2>got; test -s got; p --debug --debug-ns-include bb b.pan 2>got; test ! -s got
    p --debug --debug-ns-exclude "a|b" b.pan 2>got; test ! -s got; p --debug-ns-include ".*" --debug-ns-exclude b b.pan 2>got; test ! -s got
    code 1 p --debug-ns-include "(" b.pan'
ok '--warnings' 'p --warnings on old.pan 2>got; grep -q "mind this" got; p --warnings off old.pan 2>got; test ! -s got; code 1 p --warnings fatal old.pan; code 1 p --warnings some old.pan'
ok '--java-opts is ignored' 'p --java-opts "-Xmx2g -Xss1m" a.pan'
ok '--version as older compilers print it' 'panc --version >got; grep -Eqx "pan compiler version: [^ ]+" got'
ok '-v: files; counts; errors, time and memory' '
    p -v a.pan b.pan 2>got; sed -E "s/[0-9.]+ s, [0-9]+ MB/S s, M MB/" got >got2
    printf "4 templates\n2/2 compiled, 0/0 annotations, 2/2 xml, 2/2 dependencies\n0 errors, S s, M MB\n" >want; same want got2'
ok 'no files: nothing to do' 'panc && panc --output-dir out'
ok '--batch-size' 'rm -f out/*; p --batch-size 1 a.pan b.pan deep.pan; ls out/a.xml out/b.xml out/deep.xml'
ok '--errors-to-stdout' 'code 1 p --max-iteration 10 --errors-to-stdout loop.pan >got 2>err; grep -q "error:" got; test ! -s err'
ok '--messages classic: shapes, and status 1' '
    code 1 p --messages classic --max-iteration 10 loop.pan 2>got; grep -q "^evaluation error \[$here/loop.pan:2" got
    code 1 p --messages=classic --frmats x a.pan 2>got; grep -q "^OPTIONS ERROR: unknown option" got
    code 1 p --messages classic --warnings some a.pan 2>got; grep -q "^OPTIONS ERROR: --warnings is" got'
printf "declaration template ct;\ntype port = long(1..65535);\ntype web = { 'port' : port };\nfunction no = error('nope');\ntype odd = string with no();\n" >ct.pan
printf "object template c1;\ninclude 'ct';\nbind '/x' = web [];\n'/x/0/port' = 0;\n" >c1.pan
printf "object template c2;\ninclude 'ct';\nbind '/s' = odd;\n'/s' = 'a';\n" >c2.pan
printf "template cb;\n'/b' = true + 1;\n" >cb.pan
printf "object template c3;\ninclude 'cb';\n" >c3.pan
cat >classic.want <<END
validation error [c1.pan]
value (0) is outside range 1..65535
element path: '/x/0/port'
element value: 0
type: 'long' [?:?]
type: 'port' [ct.pan:2.6-2.9]
type: 'web' [ct.pan:3.6-3.8]
path '/x' bound to type web [] in [c1.pan:3.13-3.18]

validation error [c2.pan]
the validation code failed
element path: '/s'
type: 'odd' [ct.pan:5.6-5.8]
path '/s' bound to type odd in [c2.pan:3.13-3.15]
caused by: evaluation error [ct.pan:4.15-4.27]
user-initiated error: nope
>>> call stack trace 
>>> [ct.pan:4.15-4.27]
>>> [ct.pan:5.24-5.27]
>>> ====================


evaluation error [c3.pan:2.1-2.13]
syntax error [cb.pan:2.8-2.15]
arguments for add (+) operation must be longs, doubles, or strings, not boolean and long
>>> call stack trace 
>>> [c3.pan:2.1-2.13]
>>> ====================

END
ok '--messages classic: the types a value was checked by, what is behind a failed check, an included file with a mistake' '
    for o in c1 c2 c3; do code 1 panc --messages classic -o out $o.pan 2>>classic; done; sed "s#$here/##g" classic >got; same classic.want got'
ok 'PANC_OPTIONS come before the command line' 'PANC_OPTIONS="--messages classic  --formats json" code 1 p --max-iteration 10 loop.pan; rm -f out/*; PANC_OPTIONS="--formats json" p a.pan; test "$(ls out)" = a.json'
ok 'options of version 8' '
    rm -f out/*; panc --include . -I lib -O out -x pan -z -y a.pan; ls out/a.xml.gz out/a.dep.gz; panc -I .:lib --output out -x xmldb a.pan; grep -q xmldb out/a.xml
    rm out/*; panc -I .:lib -O out -c a.pan; test -z "$(ls out)"; code 1 panc -O out -i 10 loop.pan; code 1 panc -O out -r 10 deep.pan
    panc -O out --deprecation 0 old.pan 2>got; test ! -s got; panc -I .:lib -O out -d -S /tmp -M 512 b.pan; panc --include-dir .:lib --output-dir out --xml-style pan --dependency a.pan; panc -I .:lib -O out -d b.pan 2>got; grep -q hello got; ! panc -h | grep -q deprecation'

ok 'panc.conf: first that of the system, then that of the user, then the command line' '
    mkdir -p root/etc home; h() { HOME=$here/home panc --root "$here/root" "$@"; }
    printf "# of version 8\nINCLUDE_DIR=.:lib\nexport OUTPUT_DIR='\''out'\''  # here\nMEMORY=512\nDEBUG=1\nDEPENDENCY=0\nFORMATS=text\n" >root/etc/panc.conf
    rm -f out/*; h a.pan b.pan 2>got; test "$(ls out)" = "$(printf "a.txt\nb.txt")"; grep -q hello got
    printf "FORMATS=\"json\"\nDEBUG=0\n" >home/.panc.conf; rm -f out/*; h b.pan 2>got; test "$(ls out)" = "$(printf "a.json\nb.json")"; test ! -s got
    rm -f out/*; h -x pan a.pan; test "$(ls out)" = a.xml; code 1 h -I . a.pan; code 1 h -k a.pan; code 1 h --noconf a.pan
    mkdir home/o; printf "OUTPUT_DIR=~/o\n" >home/.panc.conf; h a.pan; ls home/o/a.txt'
ok 'panc.conf: what is wrong in it is told, with its line' '
    h() { HOME=$here/home panc --root "$here/root" "$@"; }; c() { printf "\n$1\n" >home/.panc.conf; code 1 h a.pan 2>got; cat got; }
    c FORMAT=json; grep -q "home/.panc.conf:2:1: OPTIONS ERROR: there is no option .FORMAT." got; grep -q "hint: did you mean .FORMATS.?" got
    c "FORMATS = json"; c "FORMATS=\$X"; c "DEBUG=maybe"; c "FORMATS=\"json"; c "FORMATS"
    printf "MESSAGES=classic\nFORMATS=nosuch\n" >home/.panc.conf; code 1 h a.pan 2>got; grep -q "^OPTIONS ERROR: " got; rm home/.panc.conf'
ok 'a home that cannot be looked into has none' 'ln -s loop loop; HOME=$here/loop panc -I .:lib -O out a.pan'

ok '--logging task' '
    p -j 1 --logging task --log-file log a.pan; sed -E "s/^[0-9]{13} [0-9]+ //; s#$here/##" log >got
    printf "%s\n" "START_COMPILE a.pan" "END_COMPILE a.pan" "START_BUILD a" "START_EXECUTE a" "START_COMPILE lib/base.pan" "END_COMPILE lib/base.pan" \
        "START_COMPILE lib/made.pan" "END_COMPILE lib/made.pan" "END_EXECUTE a" "START_DEFAULTS a" "END_DEFAULTS a" "END_BUILD a" "START_VALID1 a" "END_VALID1 a" \
        "START_VALID2 a" "END_VALID2 a" "START_XMLFILE a" "END_XMLFILE a" >want; same want got; code 1 p --logging tasks a.pan'
ok '--logging include and call' '
    p -j 1 --logging include --log-file log a.pan; sed -E "s/^[0-9]{13} [0-9]+ //; s#$here/##" log >got
    printf "%s\n" "ENTER OBJECT a" "ENTER ORDINARY base lib/base.pan" "ENTER STRUCTURE made lib/made.pan" "EXIT STRUCTURE made" "EXIT ORDINARY base" "EXIT OBJECT a" >want
    sed -E "s/^(EXIT [A-Z]+ [a-z]+) .*/\1/" got >got2; same want got2
    p -j 1 --logging call --log-file log a.pan; grep -q " ENTER FUNCTION twice base $here/lib/base.pan$" log; grep -q " EXIT FUNCTION twice base$" log'
ok '--logging memory, all, none' '
    p --logging memory --logfile log a.pan; grep -Eqx "[0-9]+ [0-9]+ MEM [1-9][0-9]+" log; p --logging all --log-file log a.pan; grep -q MEM log; grep -q START_BUILD log; grep -q FUNCTION log
    p --logging none a.pan 2>got; test ! -s got; p --logging task a.pan 2>got; grep -q START_BUILD got'

ok '--explain: every assignment in order, and the types' '
    p --explain /n a.pan >got; sed "s#$here/##g" got >got2; cat >want <<END
a:/n = 2
  lib/base.pan:8:1: set to 7
        8 | '"'/n'"' ?= 7;
    included from a.pan:2:1
  lib/base.pan:9:1: changed to 2
        9 | '"'/n'"' = twice(N);
    included from a.pan:2:1
  lib/base.pan:10:1: kept 2: it is set already
       10 | '"'/n'"' ?= 9;
    included from a.pan:2:1
END
    same want got2'
ok '--explain: defaults, fields, structure templates; nothing is written' '
    rm -f out/*; p --explain /web/port a.pan >got; grep -q "missing, or parts of it: now 80, from the defaults" got; grep -q "required field .port. at $here/lib/base.pan:3:18" got
    grep -q "bound at /web: accepted" got; grep -q "default 80 at" got; grep -q "type .port(1..65535).\|type .port. at" got; grep -q "long(1..65535)" got; test -z "$(ls out)"'
ok '--explain: what was removed, what is not there, what is refused' '
    p --explain /gone a.pan >got; grep -q "a.pan:4:1: removed" got; grep -qx "a:/gone is not there" got
    p --explain /none a.pan >got; grep -q "no assignment touched it" got; code 1 p --explain /n --formats none a.pan; code 1 p --explain "/n//{" a.pan
    sed -i "s/N ?= 1/N ?= -1/; s,bind ./web,bind \"/n\" = port;\nbind \"/web," lib/base.pan; sed -i "s,\"/web. =,\"/web\" =," lib/base.pan
    code 1 p --explain /n a.pan >got 2>err; grep -q "was not finished" got; grep -q "rejected: .*outside" got; sed -i "/\"\/n\" = port/d; s/= -1/= 1/" lib/base.pan'
ok '--explain --json' '
    p --json --explain /n a.pan >got; perl -MJSON::PP -ne '\''$d = decode_json $_; print "$d->{object} $d->{path} $d->{value}"; print " $_->{event}:$_->{line}" for @{$d->{assignments}}; print "\n"'\'' got >got2
    echo "a /n 2 set:9 changed:10 kept:11" >want; sed -E "s/:[0-9]+//g" want >w; sed -E "s/:[0-9]+//g" got2 >g; same w g'
ok '--diff against a folder, a file, and what was not there' '
    p --formats json,pan a.pan; p -n --diff out a.pan >got; test ! -s got; cp out/a.json before.json; sed -i "s/ARGV\[0\]/4/" lib/base.pan
    p --diff out a.pan >got; printf "a:/n - 2\na:/n + 8\n" >want; same want got; p --diff out a.pan >got; test ! -s got
    p -n --diff before.json a.pan >got; grep -qx "a:/n + 8" got; p -n --json --diff before.json a.pan >got; grep -q "\"after\":8" got
    p -n --diff sub a.pan >got; grep -q "there was none before" got; code 1 p --diff nowhere a.pan'
ok '--stats' 'p --stats a.pan b.pan 2>got; grep -q "^objects    2 built, 0 of them failed" got; grep -q "^seconds .*execute" got; p --stats --json a.pan 2>got; grep -q "\"objects\":1" got'

# Three objects that fail, each in its way.
printf "object template f1;\n'/x' = 1 + ;\n" >f1.pan
printf "object template f2;\ninclude 'nothing';\n" >f2.pan
printf "object template f3;\nbind '/x' = long;\n'/x' = 'y';\n" >f3.pan
printf "object template f4;\n'/x' = value('f3:/x');\n" >f4.pan
ok 'all errors of all objects in one run, in the same order whatever the threads' '
    rm -f out/*; for i in 1 2 3; do for j in 1 2 3; do
        code 1 p -j $j f2.pan a.pan f4.pan f1.pan f3.pan 2>said$j; grep "error:" said$j | sed "s#$here/##; s/:.*//" >got; printf "f1.pan\nf2.pan\nf3.pan\n" >want; same want got; same said1 said$j
    done; done; ls out/a.xml; test "$(ls out | wc -l)" = 2'
ok '--json: one object a message' '
    code 1 p --json f1.pan f2.pan f3.pan f4.pan 2>got; perl -MJSON::PP -ne '\''$d = decode_json $_; $d->{file} =~ s{.*/}{}; print "$d->{severity} $d->{class} $d->{file}:$d->{line}:$d->{column}-$d->{end_column} $d->{objects}\n"'\'' got | sed "s/ $//" >got2
    cut -d" " -f1-4 got2 | sed "s/-.*//" >g; printf "error parse error f1.pan:2:12\nerror evaluation error f2.pan:2:1\nerror validation error f3.pan:3:1\n" >want; sed "s/-.*//" want >w; sed -E "s/^error (parse|evaluation|validation) error ([^-]*).*/error \1 error \2/" got2 >g; same w g
    p --json --debug b.pan 2>got; grep -qx "{\"message\":\"\[b\] hello\",\"severity\":\"note\"}" got'

cat >x.pan <<'END'
object template x;
'/l' = list(1, list(2), nlist('a', true));
'/e' = list();
'/d' = nlist();
'/s' = "a<b>&\r";
'/n' = '';
'/1a+b' = 1.5;
'/xmlish' = 'q';
'/deep/er' = false;
END
ok 'xmldb: elements named by keys' '
    p --formats xmldb x.pan; cat >want <<END
<?xml version="1.0" encoding="UTF-8"?><profile format="xmldb">
    <_31612b62 unencoded="1a+b" type="double">1.5</_31612b62>
    <d/>
    <deep>
        <er type="boolean">false</er>
    </deep>
    <l type="long" list="1">1</l>
    <l list="1">
        <l type="long" list="2">2</l>
    </l>
    <l list="1">
        <a type="boolean">true</a>
    </l>
    <n type="string"/>
    <s type="string">a&lt;b&gt;&amp;&#13;</s>
    <_786d6c697368 unencoded="xmlish" type="string">q</_786d6c697368>
</profile>
END
    same want out/x.xml; xmllint --noout out/x.xml; code 1 p --formats pan,xmldb x.pan'
ok 'gz of each format that has it' 'p --formats pan.gz,json.gz,dep.gz x.pan; for f in xml json dep; do gzip -dc out/x.$f.gz | test "$(wc -c)" -gt 10; done'
done_testing
