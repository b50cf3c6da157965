#!/bin/sh
# ncm-file, ncm-edit, ncm-service, ncm-run give components in shell what the built-in ones have: files written
# only when they differ, noaction that tells the truth, restarts that are not forgotten; ncm-owner finds a file again.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
export NCM_ROOT="$scratch/root"
mkdir -p "$NCM_ROOT/etc"
etc=$NCM_ROOT/etc

# ---- ncm-file
ok 'REQ-E-4: a file is written when it differs, and that is said' '
    echo hello | ncm-file -m 640 /etc/motd >out && test "$(cat $etc/motd)" = hello && test "$(stat -c %a $etc/motd)" = 640 && jq -e "select(.changed).changed == \"/etc/motd\"" out'
ok 'when it does not, nothing is said but whose it is, and a status tells' '
    echo hello | ncm-file -m 640 /etc/motd >out && echo "{\"manages\":\"/etc/motd\"}" >want && same want out && echo hello | code 1 ncm-file -c -m 640 /etc/motd'
ok 'its mode is put right all the same' 'chmod 666 $etc/motd && echo hello | ncm-file -c -m 640 /etc/motd && test "$(stat -c %a $etc/motd)" = 640'
ok 'REQ-E-4: noaction says the same and changes nothing' '
    echo other | ncm-file -n -c /etc/motd >out && grep -q changed out && test "$(cat $etc/motd)" = hello &&
    echo other | NCM_NOACTION=1 ncm-file -c /etc/motd && test "$(cat $etc/motd)" = hello && echo hello | code 1 ncm-file -n -c /etc/motd'
ok 'REQ-E-4: the old one is kept on demand' 'echo new | ncm-file -b .old /etc/motd && test "$(cat $etc/motd.old)" = hello'
ok 'REQ-E-4: a difference is shown, unless it is nobody'"'"'s business' '
    echo a | ncm-file -v /etc/motd | grep -q "\"msg\":.*+a" && echo secret | ncm-file -v -s /etc/motd >out && ! grep -q secret out'
ok 'a service follows a change only' '
    echo b | NCM_COMPONENT=x ncm-file -S sshd:reload /etc/motd | grep -q "{\"action\":\"reload\",\"service\":\"sshd\"}"
    echo b | NCM_COMPONENT=x ncm-file -S sshd:reload /etc/motd >out
    ! grep -q sshd out'
ok 'by hand it is acted on, as ncm-service does' '
    echo c | ncm-file -S sshd:reload /etc/motd >out
    grep -q "not run below NCM_ROOT: .*reload" out
    not grep -q "\"action\"" out
    echo c | ncm-edit -S sshd:reload /etc/motd append d >out
    grep -q "not run below NCM_ROOT: .*reload" out'
ok 'a request that is none is refused before anything is written' '
    echo other | code 64 ncm-file -S sshd /etc/motd
    echo other | code 65 ncm-file -S sshd:relaod /etc/motd
    code 65 ncm-edit -S sshd:relaod /etc/motd append other
    code 65 ncm-file -S -x:restart --remove /etc/motd
    printf "c\nd\n" >want
    same want $etc/motd'
ok 'a path of other bytes than UTF-8 is told as JSON all the same' '
    odd=$(printf "/etc/\377x")
    echo odd | ncm-file "$odd" >out
    test "$(cat "$NCM_ROOT$odd")" = odd
    jq -s -e ". == [{manages: \"/etc/?x\"}, {changed: \"/etc/?x\"}]" out'
ok 'folders, links, attributes, removal' '
    ncm-file -c -d -m 750 /srv/x && test "$(stat -c %a $NCM_ROOT/srv/x)" = 750 && code 1 ncm-file -c -d -m 750 /srv/x &&
    ncm-file -c -l ../x /srv/y && test "$(readlink $NCM_ROOT/srv/y)" = ../x && code 1 ncm-file -c -l ../x /srv/y &&
    ncm-file -c -a -m 600 /etc/motd && test "$(stat -c %a $etc/motd)" = 600 && ncm-file -c -r /etc/motd && test ! -e $etc/motd && code 1 ncm-file -c -r /etc/motd'
ok 'nonsense is refused' '
    code 64 ncm-file motd </dev/null && code 64 ncm-file -m rw /etc/x </dev/null && code 64 ncm-file /etc/x /etc/y </dev/null && code 64 ncm-file -d -r /etc/x && test ! -e $etc/x'

# ---- ncm-edit
printf '# a tool\nPORT=1\nNAME=x\n' >$etc/tool
ok 'REQ-E-4: several lines change in one step' '
    ncm-edit -c /etc/tool set PORT 2 + append "LAST=1" + remove "^NAME" && printf "# a tool\nPORT=2\nLAST=1\n" >want && same want $etc/tool && code 1 ncm-edit -c /etc/tool set PORT 2'
ok 'an unknown change is refused with a guess, and nothing is written' '
    code 64 ncm-edit /etc/tool set PORT 3 + apend x 2>err && grep -q "did you mean .append." err && same want $etc/tool'
ok 'noaction leaves the file' 'ncm-edit -n -c /etc/tool set PORT 4 | grep -q changed && same want $etc/tool'
ok 'a file that is not there is made, but not for a removal' 'ncm-edit /etc/fresh set A 1 && test "$(cat $etc/fresh)" = A=1 && code 1 ncm-edit -c /etc/none remove x && test ! -e $etc/none'

# ---- ncm-run and ncm-service
ok 'REQ-E-4: a command is not run under noaction nor below a root, unless it keeps the state' '
    ncm-run touch $scratch/ran | grep -q "not run below NCM_ROOT" && ncm-run -n touch $scratch/ran && test ! -e ran && ncm-run -k -n -- sh -c "echo asked; touch $scratch/ran" && test -e ran'
ok 'its failure is an error, with what it said; nothing of it when sensitive' '
    code 3 ncm-run -k -- sh -c "echo why; exit 3" >out && grep -q "\"level\":\"error\".*why" out && code 3 ncm-run -k -s -- sh -c "echo why; exit 3" pass >out && ! grep -q why out && ! grep -q pass out'
ok 'it has a time limit' 'code 75 ncm-run -k -t 1 sleep 20 >out && grep -q "did not end within 1 s" out'
ok 'REQ-E-4: services are asked for, or refused' '
    NCM_COMPONENT=x ncm-service restart sshd ntpd >out && test "$(wc -l <out)" = 2 && NCM_COMPONENT=x code 65 ncm-service explode sshd && NCM_COMPONENT=x code 65 ncm-service restart -- -x'

# ---- under the runner
unset NCM_ROOT
component tool <<'END'
jq -r .tree.text <"$WEFT_TOOL/input.tool" | ncm-file -S toold:restart /etc/tool.conf || exit 1
[ ! -e "$WEFT_TOOL/die" ] || kill -9 $PPID
ncm-edit -S toold:restart /etc/tool.common set TEXT 1
END
sed -i "2i WEFT_TOOL=$scratch; export WEFT_TOOL" components/tool
tool() { profile "$(active tool "<string name='text'>$1</string><list name='files'><nlist><string name='path'>/etc/tool.conf</string></nlist></list>")"; ccm-fetch 2>fetch.err; }
tool one
services=$node/var/lib/weft/ncm/services.log
ok 'REQ-E-4: a shell component finds its helpers, and its service is asked for once' '
    ncd --configure tool && test "$(cat $node/etc/tool.conf)" = one && test "$(cat $services)" = "restart toold" && rm $services && ncd --configure tool && test ! -e $services'
ok 'a check changes nothing and tells' 'tool two && ncd --check tool | grep -q "changed /etc/tool.conf" && test "$(cat $node/etc/tool.conf)" = one'
# The hole: killed after the file, before the request.
component hole <<'END'
echo "$NCM_CID" >/dev/null
echo "v$(cat "$NCM_ROOT/version")" >contents
if [ -e "$NCM_ROOT/die" ]; then ncm-file /etc/hole <contents; kill -9 $PPID; sleep 10; fi
ncm-file -c /etc/hole <contents && ncm-service restart holed
exit 0
END
profile "$(active hole)$(active tool)"; ccm-fetch 2>fetch.err
echo 1 >"$node/version"
ok 'REQ-E-5: a component killed between its file and its request has it again in the next run' '
    rm -f $services; touch $node/die; ncd --configure hole & wait $! || true; rm $node/die; test "$(cat $node/etc/hole)" = v1 && test ! -e $services &&
    until_true 10 flock -n $node/var/lock/quattor/ncm-ncd true && ncd --configure hole && test "$(cat $services)" = "restart holed"'
ok 'once, not for ever' 'rm $services; ncd --configure hole && test ! -e $services && test -z "$(ls $node/var/lib/weft/ncm/unfinished)"'
component hole <<'END'
if [ -e "$NCM_ROOT/fail" ]; then echo "v$(cat "$NCM_ROOT/version")" | ncm-file /etc/hole; exit 1; fi
echo "v$(cat "$NCM_ROOT/version")" | ncm-file -c /etc/hole && ncm-service restart holed
exit 0
END
ok 'one that failed before it came to its request, too' '
    echo 2 >$node/version; touch $node/fail; code 255 ncd --configure hole; rm $node/fail; test ! -e $services && ncd --configure hole && test "$(cat $services)" = "restart holed"'
component hole <<'END'
echo "v$(cat "$NCM_ROOT/version")" | ncm-file -S holed:restart /etc/hole
exit 1
END
ok 'one that asked and then fails for ever does not restart for ever' '
    echo 3 >$node/version; rm $services; code 255 ncd --configure hole && test "$(cat $services)" = "restart holed" && rm $services && code 255 ncd --configure hole && test ! -e $services'
component hole <<'END'
v=v$(cat "$NCM_ROOT/version")
echo $v | ncm-file -S oned:restart /etc/one
echo $v | ncm-file -c /etc/two || exit 0
[ ! -e "$NCM_ROOT/fail" ] || exit 1
ncm-service restart twod
END
ok 'what was asked for first does not make what was not asked for forgotten' '
    echo 4 >$node/version
    touch $node/fail
    rm -f $services
    code 255 ncd --configure hole
    test "$(cat $services)" = "restart oned"
    rm $node/fail
    ncd --configure hole
    test "$(cat $services)" = "restart oned
restart twod"
    ncd --configure hole
    test "$(wc -l <$services)" = 2
    test -z "$(ls $node/var/lib/weft/ncm/unfinished)"'
component hole <<'END'
action=$(cat "$NCM_ROOT/action")
echo five | ncm-file -c /etc/one || exit 0
echo "{\"service\":\"oned\",\"action\":\"$action\"}"
END
ok 'nor does a request that was refused' '
    rm $services
    echo relaod >$node/action
    code 255 ncd --configure hole
    test ! -e $services
    echo reload >$node/action
    ncd --configure hole
    test "$(cat $services)" = "reload oned"'

# ---- ncm-owner
ok 'the owner of a file is found, with the part of the profile' '
    tool one && ncd --configure tool && ncm-owner /etc/tool.conf >out && printf "component tool\nprofile   /software/components/tool/files/0\n" >want && same want out'
ok 'of a file with any letters in its name' '
    echo "/etc/Āa" >>$node/var/lib/weft/ncm/files/tool
    ncm-owner "/etc/Āa" >out
    grep -qx "component tool" out'
ok 'nobody writes what nobody writes' 'code 1 ncm-owner /etc/other 2>err && grep -q "no component that ran here writes ./etc/other." err'
done_testing
