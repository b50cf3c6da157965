#!/bin/sh
# ncd runs components in the order of their dependencies, whatever they do, and forgets nothing.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

for c in a b c; do component $c </dev/null; done
profile "$(active a "$(pre b)")$(active b)$(active c "$(post a)")<nlist name='off'><boolean name='active'>false</boolean></nlist>" \
    '<nlist name="system"><string name="hostname">lxb001</string></nlist>'
ccm-fetch || exit 99

ok 'REQ-E-1: pre-dependencies run before, post-dependencies after, ties go by name' '
    ncd --configure --all && runs >got && printf "configure b\nconfigure c\nconfigure a\n" >want && same want got'
ok 'REQ-E-1: a dependency that was not named is run too' '
    ncd --configure a && runs >got && printf "configure b\nconfigure a\n" >want && same want got'
ok 'REQ-E-1: or is an error, or does not matter' '
    code 255 ncd --noautodeps --configure a 2>err && grep -q "needs .b., which is not among" err && test -z "$(runs)" &&
    ncd --noautodeps --nodeps --configure a && test "$(runs)" = "configure a"'
ok 'REQ-E-1: some can be left out of all' '
    ncd --configure --all --skip c --nodeps && ! runs | grep -q "configure c"'
ok 'REQ-E-1: unknown and inactive components are refused, with a guess' '
    code 255 ncd --configure nosuch 2>err && grep -q "no component .nosuch." err &&
    code 255 ncd --configure off 2>err && grep -q "not active" err && test -z "$(runs)"'
ok 'REQ-E-1: names and --all exclude each other, and so do the verbs' '
    code 255 ncd --configure --all a && code 255 ncd --configure && code 255 ncd --configure a --list'
ok 'REQ-E-3: a component gets its document, previous configuration included' '
    jq -e ".component == \"a\" and .prefix == \"/software/components/a\" and .tree.active == true and .previous.active == true and .noaction == false" input.a'
ok 'REQ-E-1: the list and the graph' '
    ncd --list >got && printf "a active\nb active\nc active\noff inactive\n" >want && same want got &&
    ncd --graph | grep -q "\"b\" -> \"a\""'

component b <<'END'
echo '{"level":"error","msg":"cannot"}'; echo '{"level":"error","msg":"really"}'; exit 1
END
ok 'REQ-E-1: after a failed pre-dependency a component is not run, and its state says so' '
    code 255 ncd --configure --all >out && runs >got && printf "configure b\nconfigure c\n" >want && same want got &&
    grep -q "^3 components, 3 errors, 0 warnings" out &&
    test "$(cat $node/var/run/quattor-components/b)" = cannot &&
    test "$(cat $node/var/run/quattor-components/a)" = "cannot run, pre-dependencies failed: b" &&
    test ! -e $node/var/run/quattor-components/c'
ok 'REQ-E-1: the report tells it, for people and for nagios' '
    code 255 ncd --report >out && grep -qx "2 components with error" out && grep -q "^b .* cannot$" out &&
    code 2 ncd --report --report-format nagios >out && grep -qx "ERROR 2 components with error: a,b | failed=2" out'
ok 'REQ-E-1: errors of components that were not asked for can be warnings' '
    ncd --ignore-errors-from-dependencies --configure a >out
    grep -q "a: ok" out
    runs >/dev/null'
component b </dev/null
ok 'REQ-E-1: a good run clears the state' '
    ncd --configure --all
    code 0 ncd --report
    runs >/dev/null'

profile "$(active a "$(pre b)")$(active b "$(pre c)")$(active c "$(pre a)")"
ccm-fetch
ok 'REQ-E-1: a cycle is told as a chain and nothing is run' '
    code 255 ncd --configure --all 2>err && grep -q "in a cycle: [abc] -> [abc] -> [abc] -> [abc]$" err && test -z "$(runs)"'

# ---- components that misbehave
profile "$(active bad '<long name="timeout">1</long>')$(active good)"
ccm-fetch
component good </dev/null
component bad <<'END'
sleep 60 & echo $! >$NCM_ROOT/hung; trap '' TERM; sleep 60
END
ok 'REQ-E-3: one that hangs is ended with its children, and the next one runs' '
    code 255 ncd --configure --all 2>err && grep -q "bad: did not end within 1 s" err && runs | grep -q "configure good" &&
    ! kill -0 $(cat $node/hung)'
component bad <<'END'
kill -SEGV $$
END
ok 'REQ-E-3: one that crashes is told by its signal' '
    code 255 ncd --configure --all 2>err && grep -q "bad: was ended by signal 11" err && runs | grep -q "configure good"'
profile "$(active bad)$(active good)"
ccm-fetch
component bad <<'END'
yes '{"level":"info","msg":"x"}' | head -30000; yes | head -c 3000000 | tr -d '\n'
echo; echo '{"action":"restart","service":"flooded"}'; echo '{ "changed": "/etc/flooded" }'
END
ok 'one that floods its output is cut short and said to be, what follows from it is not forgotten' '
    ncd --configure --all >out 2>err
    grep -q "lines were dropped" err
    test "$(grep -c "bad: x" err)" = 10000
    grep -qx "restart flooded" $node/var/lib/weft/ncm/services.log
    grep -q "^bad: .*changed /etc/flooded" out'
component bad <<'END'
yes '{"manages":"/etc/x"}' | head -100003
END
ok 'one that tells of too many changes fails' '
    code 255 ncd --configure bad 2>err
    grep -q "bad: 3 changes and services more than 100000 were dropped" err'
runs >/dev/null
component bad <<'END'
printf '{"level":\n\377\376 binary\n{}\n[1,2\n{"service":"-x","action":"restart"}\n{"service":"sshd","action":"explode"}\n'
END
ok 'REQ-E-3: nonsense is passed on as text, and impossible service actions are errors' '
    code 255 ncd --configure --all 2>err
    grep -q "no name of a service" err
    grep -q "no action on a service" err
    runs >/dev/null'
printf '#!/nonexistent/interpreter\n' >components/bad
ok 'REQ-E-3: one that cannot be started fails alone' '
    code 255 ncd --configure --all 2>err && grep -q "bad: " err && runs | grep -q "configure good"'
rm components/bad
ok 'so does one without a program' '
    code 255 ncd --configure --all 2>err && grep -q "no program for the component .bad." err && runs | grep -q "configure good"'
component bad <<'END'
echo '{"level":"warning","msg":"odd"}'; exit 2
END
ok 'REQ-E-3: warnings do not fail a run' '
    ncd --configure --all >out
    grep -q "2 components, 0 errors, 1 warnings" out
    runs >/dev/null'
component bad <<'END'
umask; pwd; ls /proc/self/fd | wc -l; echo "cid=$NCM_CID root=$NCM_ROOT noaction=$NCM_NOACTION home=$HOME"
END
ok 'REQ-E-3: a component has a clean environment, its own folder and no descriptors of ours' '
    ncd --configure bad 2>err
    grep -q "bad: 0022" err
    grep -q "bad: cid=[0-9]* root=$node noaction=0 home=/$" err
    grep -q "bad: [345]$" err
    runs >/dev/null'

# ---- noaction and check
component bad <<'END'
echo '{"changed":"/etc/x"}'; echo '{"service":"x","action":"restart"}'
END
ok 'REQ-E-8: a check reports what would change, as JSON too, and leaves no trace' '
    rm -f $node/var/lib/weft/ncm/services.log && ncd --check --json bad >out && jq -e ".components[0].changed[0] == \"/etc/x\"" out &&
    runs | grep -qx "check bad" && ncd -n --configure bad && runs | grep -qx "configure bad" &&
    test ! -e $node/var/lib/weft/ncm/services.log && jq -e .noaction input.bad && code 0 ncd --report'

# ---- services
component a <<'END'
echo '{"service":"sshd","action":"reload"}'; echo '{"service":"ntpd","action":"restart"}'
END
component b <<'END'
echo '{"service":"sshd","action":"restart"}'
END
profile "$(active a)$(active b)"
ccm-fetch
cat >fake-systemctl <<END
#!/bin/sh
echo "\$*" >>$scratch/services
test ! -e $scratch/broken || test "\$2" != ntpd
END
chmod +x fake-systemctl
ok 'REQ-E-5: services are acted on once, at the end, by the stronger action' '
    ncd --service-command $scratch/fake-systemctl --configure --all
    sort services >got
    printf "restart ntpd\nrestart sshd\n" >want
    same want got
    rm services'
touch broken
ok 'REQ-E-5: an action that fails is an error of who asked, and stays pending' '
    code 255 ncd --service-command $scratch/fake-systemctl --configure --all >out 2>err && grep -q "cannot restart .ntpd." err &&
    grep -q "cannot restart" $node/var/run/quattor-components/a && test ! -e $node/var/run/quattor-components/b && rm services'
rm broken
for c in a b; do component $c </dev/null; done
ok 'REQ-E-5: the next run does it, though nobody asks again' '
    ncd --service-command $scratch/fake-systemctl --configure a && test "$(cat services)" = "restart ntpd" &&
    rm services && ncd --service-command $scratch/fake-systemctl --configure a && test ! -e services'
component a <<'END'
echo '{"service":"sshd","action":"restart"}'; sleep 30
END
ok 'REQ-E-5: a run that is killed forgets no action, and its component does not run on' '
    rm -f input.a; ncd --configure a & pid=$!
    until_true 5 grep -q sshd $node/var/lib/weft/ncm/actions
    kill -9 $pid
    { wait $pid || true; }
    component a </dev/null; until_true 10 flock -n $node/var/lock/quattor/ncm-ncd true
    ncd --service-command $scratch/fake-systemctl --configure a && test "$(cat services)" = "restart sshd"'
ok 'asked to stop, it ends after the component that runs' '
    printf "#!/bin/sh\ntest \$1 = describe && exec echo \"{\\\"protocol\\\":1,\\\"verbs\\\":[\\\"configure\\\"]}\"\ntouch $scratch/started; sleep 0.5; touch $scratch/finished\n" >components/a
    rm -f $scratch/runs; ncd --configure --all & pid=$!
    until_true 5 test -e started
    kill $pid
    wait $pid; test -e finished && test -z "$(runs)" && test -e $node/var/run/quattor-components/b'

# ---- the rest of its manners
component a </dev/null
ok 'unconfigure gives the last configuration, also when the profile has lost it' '
    ncd --configure a
    profile "$(active b)"
    ccm-fetch
    ncd --unconfigure a
    jq -e ".tree == null and .previous.active" input.a
    code 255 ncd --unconfigure a 2>err
    grep -q "never configured here" err
    runs >/dev/null'
ok 'REQ-E-1: hooks see the run; a failing pre-hook cancels it' '
    ncd --pre-hook "tee pre.json" --post-hook "tee post.json" --configure b
    jq -e ".components[0].name == \"b\"" pre.json
    jq -e ".errors == 0" post.json
    runs >/dev/null
    code 255 ncd --pre-hook false --configure b && test -z "$(runs)" && grep -q disallowed $node/var/run/quattor-components/b'
ok 'REQ-E-1: noquattor stops it, unless forced' '
    echo maintenance >$node/etc/noquattor; code 3 ncd --configure b 2>err
    grep -q maintenance err
    test -z "$(runs)"
    ncd --force-quattor --configure b
    ncd --list
    rm $node/etc/noquattor; runs >/dev/null'
ok 'REQ-E-1: two runs do not overlap' '
    flock $node/var/lock/quattor/ncm-ncd sh -c "echo 4711 >$node/var/lock/quattor/ncm-ncd; code() { \$@; echo \$?; }; code ncd --retries 1 --timeout 0 --configure b >rc 2>err";
    grep -qx 255 rc
    grep -q "locked by process 4711" err
    ncd --configure b
    runs >/dev/null'
ok 'a run whose starter has gone meanwhile does nothing' '
    code 255 ncd --started-by 1 --configure b 2>err && grep -q "has gone" err && test -z "$(runs)"'
ok 'REQ-E-1: logs are kept, one for each component as well' '
    grep -q "\[ERROR\]" $node/var/log/ncm/ncd.log && grep -q "was ended by signal" $node/var/log/ncm/component-bad.log'
done_testing
