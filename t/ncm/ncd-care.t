#!/bin/sh
# ncd runs independent components beside each other when told so, takes back what would cut the node off, and keeps
# a record of what it changed.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
fetch() { ccm-fetch 2>>fetch.log; }

# ---- beside each other
for c in a b; do component $c <<END
touch $scratch/began.$c
i=0; while [ ! -e $scratch/began.a ] || [ ! -e $scratch/began.b ]; do i=\$((i + 1)); [ \$i -lt 100 ] || exit 1; sleep 0.05; done
echo "$c says one"; sleep 0.1; echo "$c says two"
END
done
component c </dev/null
profile "$(active a)$(active b)$(active c "$(pre a b)")"
fetch
ok 'REQ-E-7: two that do not wait for each other run at the same time, one that waits comes after them' '
    ncd --jobs 2 --configure --all >out 2>err
    runs | tail -1 >got
    echo "configure c" >want
    same want got
    grep -q "^3 components, 0 errors" out'
ok 'REQ-E-7: their words are not mixed' '
    grep -o "[ab] says [a-z]*" err >got
    { printf "a says one\na says two\nb says one\nb says two\n" | cmp -s - got || printf "b says one\nb says two\na says one\na says two\n" | cmp -s - got; }'
component a <<'END'
exit 1
END
component b </dev/null
ok 'REQ-E-7: one that fails stops who waits for it, beside others too' '
    code 255 ncd --jobs 3 --configure --all 2>err
    runs >got
    test "$(grep -c "configure c" got)" = 0
    test "$(cat $node/var/run/quattor-components/c)" = "cannot run, pre-dependencies failed: a"'

# ---- confirm or roll back
rm "$node/etc/ncm-ncd.conf"   # the built-in components
net() { profile "$(active filecopy "<boolean name='confirm'>true</boolean>$2<nlist name='services'><nlist name='_2fetc_2fnet'><string name='config'>$1</string><string name='restart'>systemctl restart networking</string></nlist></nlist>")"; fetch; }
services=$node/var/lib/weft/ncm/services.log
applied=$node/var/lib/weft/ncm/applied/filecopy.json
state=$node/var/run/quattor-components/filecopy
net good
ok 'REQ-E-6: a change after which the node reaches whom it must stays' '
    ncd --confirm-command true --configure filecopy
    grep -q good $node/etc/net
    test ! -e $node/var/lib/weft/ncm/saved/filecopy
    test ! -e $state
    grep -q good $applied
    rm $services'
net bad
ok 'REQ-E-6: one after which it does not is taken back, its service told of both, and it is a failure' '
    code 255 ncd --confirm-command false --confirm-time 1 --configure filecopy >out 2>err
    grep -q good $node/etc/net
    test "$(cat $services)" = "restart networking
restart networking"
    grep -q "not confirmed within 1 s" err
    grep -q "not confirmed" $state
    rm $services'
ok 'what it was last configured with is remembered' 'grep -q good $applied'
ok 'the answer may come late' '
    printf "#!/bin/sh\ntest -e $scratch/late || { touch $scratch/late; exit 1; }\n" >slow
    chmod +x slow
    ncd --confirm-command $scratch/slow --confirm-time 10 --configure filecopy
    grep -q bad $node/etc/net
    grep -q bad $applied'
ok 'without a change nobody asks' 'ncd --confirm-command false --confirm-time 1 --configure filecopy'
net worse
ncd --confirm-command "sleep 60" --confirm-time 60 --configure filecopy & pid=$!
ok 'REQ-E-6: killed while it waits for the answer, it is not done' '
    until_true 10 grep -q worse $node/etc/net
    sleep 0.2
    test -e $state
    grep -q bad $applied'
kill -9 $pid; wait $pid
ok 'REQ-E-6: and the next run takes the change back first' '
    until_true 10 flock -n $node/var/lock/quattor/ncm-ncd true
    net good
    ncd --confirm-command true --configure filecopy 2>err
    grep -q "a run that was cut off was taken back: $node/etc/net" err
    grep -q good $node/etc/net'
ok 'with nobody to ask the change stays, also of one whose failures are taken back' '
    net alone "<string name=\"on_failure\">restore</string>"
    ncd --configure filecopy
    grep -q alone $node/etc/net
    test ! -e $node/var/lib/weft/ncm/saved/filecopy
    test ! -e $state'
ok 'ccm-fetch --reach asks the server and stores nothing' '
    ls $node/var/lib/ccm >before
    ccm-fetch --reach
    ls $node/var/lib/ccm | diff before -
    code 2 ccm-fetch --reach --profile http://127.0.0.1:1/x.xml 2>err
    grep -q 127.0.0.1 err'

# ---- health
health() { profile "$(active filecopy "<string name='health'>$scratch/healthy</string>$2<nlist name='services'><nlist name='_2fetc_2fnet'><string name='config'>$1</string><string name='restart'>systemctl restart networking</string></nlist></nlist>")"; fetch; }
cat >healthy <<END
#!/bin/sh
tail -1 $services >>$scratch/asked
! grep sick $node/etc/net
END
chmod +x healthy
ok 'REQ-E-6: a component in good health after its services were acted on is done' '
    rm -f $services
    health well
    ncd --configure filecopy
    test "$(cat asked)" = "restart networking"
    test ! -e $state'
ok 'REQ-E-6: one that is not has failed' '
    health sick
    code 255 ncd --health-time 1 --configure filecopy >out 2>err
    grep -q "filecopy: not in good health within 1 s: sick" err
    grep -q "not in good health" $state
    grep -q well $applied
    grep -q sick $node/etc/net'
ok 'as long as it is not' 'code 255 ncd --health-time 1 --configure filecopy >out 2>err'
ok 'REQ-E-6: and is taken back when it says so, its service told again' '
    health well
    ncd --configure filecopy
    rm $services
    health sick "<string name=\"on_failure\">restore</string>"
    code 255 ncd --health-time 1 --configure filecopy >out 2>err
    grep -q "the change was taken back: $node/etc/net" err
    grep -q well $node/etc/net
    test "$(wc -l <$services)" = 2'
ok 'nobody asks in a check' 'rm asked && ncd --check filecopy && test ! -e asked'

# ---- no place to write
profile "$(active filecopy '<nlist name="services"><nlist name="_2fetc_2fnet"><string name="config">full</string></nlist></nlist>')$(active hostsfile '<string name="file">/etc/hosts</string><nlist name="entries"/>')"
fetch
rm -r "$node/var/lib/weft/ncm/files"
touch "$node/var/lib/weft/ncm/files"   # where it would be remembered
ok 'what cannot be written down is the failure of one component, the others run' '
    code 255 ncd --configure --all >out 2>err
    grep -q "^filecopy: failed" out
    grep -q "^hostsfile: " out
    grep -q full $node/etc/net
    grep -q "ncm/files" $state'
rm "$node/var/lib/weft/ncm/files"

# ---- an image
if [ "$(id -u)" = 0 ] && cp /bin/busybox sh 2>/dev/null && ! ldd sh >/dev/null 2>&1; then
    image=$scratch/image
    mkdir -p "$image/bin" "$image/etc" "$image/dev" "$image/tmp" "$image/components"
    mv sh "$image/bin/sh"
    : >"$image/dev/null"
    cp "$node/etc/ccm.conf" "$image/etc/"
    cat >"$image/components/inside" <<'END'
#!/bin/sh
if [ "$1" = describe ]; then
    echo '{"protocol":1,"verbs":["configure"],"noaction":false,"watch":[]}'
else
    echo "root=$NCM_ROOT" >/etc/made
fi
END
    chmod +x "$image/components/inside"
    profile "$(active inside)"
    WEFT_ROOT=$image ccm-fetch 2>>fetch.log
    unset WEFT_ROOT
    ok 'a system in a folder is configured from inside' '
        # Inside there is no /proc, where a sanitizer would look for leaks.
        ASAN_OPTIONS=detect_leaks=0 ncd --chroot $image --component-dir /components --configure inside
        test "$(cat $image/etc/made)" = root=
        test -e $image/var/lib/weft/ncm/applied/inside.json
        test -e $image/var/log/ncm/ncd.log'
    ok 'one that is not there is not' '
        code 255 ncd --chroot $scratch/none --configure inside 2>err
        grep -q "cannot run inside .$scratch/none.: No such file" err
        code 255 ncd --chroot $image --root $node --configure inside 2>err
        grep -q "exclude each other" err'
    WEFT_ROOT=$node
    export WEFT_ROOT
else
    skip 'a system in a folder is configured from inside' 'not root, or no static busybox'
    skip 'one that is not there is not' 'the same'
fi

# ---- the record
ok 'what was changed when is on record, and can be searched' '
    ncd --changes >out
    test "$(wc -l <out)" -ge 4
    ncd --changes filecopy /etc/net | tail -1 | grep -q "^20[0-9-]*T[0-9:]*Z profile [0-9]* configure filecopy /etc/net$"
    test -z "$(ncd --changes nosuch)"'
ok 'unless it is not wanted' '
    net other
    n=$(ncd --changes | wc -l)
    ncd --nohistory --configure filecopy
    test "$(ncd --changes | wc -l)" = $n'
done_testing
