#!/bin/sh
# Every built-in component is whole: schema, defaults, page and test; the example of its page compiles, and the
# component understands what comes out.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
. "$WEFT_SRC/t/ncm/example.sh"
mkdir -p "$NCM_ROOT/opt/tool-$(uname -m)" "$NCM_ROOT/etc/default"
echo 'GRUB_CMDLINE_LINUX="quiet"' >"$NCM_ROOT/etc/default/grub"
cp /etc/passwd "$NCM_ROOT/etc/passwd"

for c in $(ncm-component --list | awk '{print $1}'); do
    ok "$c has schema, defaults, page and test" "
        ls '$WEFT_SRC/templates/components/$c/schema.pan' '$WEFT_SRC/templates/components/$c/config.pan' '$WEFT_SRC/man/ncm-$c.8' '$WEFT_SRC/t/ncm/component-$c.t'"
    ok "$c can be started under its name" "test \"\$($c describe | jq -r .name)\" = $c"
    if [ "$c" = systemd ] && ! command -v systemctl >systemctl.path; then
        skip "the example of ncm-$c(8) compiles, and check accepts it" 'no systemctl here'
    elif [ "$c" = chkconfig ]; then
        ok "the example of ncm-$c(8) compiles" "compile $c"  # it changes no file: see its own test
    elif command -v panc >panc.path; then
        ok "the example of ncm-$c(8) compiles, and check accepts it" "
            compile $c
            run 0 $c check \"\$(jq -c .software.components.$c node.json)\" \"\$(watched $c)\" && grep -q '\"changed\"' lines"
    else
        skip "the example of ncm-$c(8) compiles, and check accepts it" 'no panc here'
    fi
done
ok 'every link leads to a component of the list' '
    ls "$WEFT_OUT/bin/ncm" | while read -r c; do ncm-component --list | grep -q "^$c " || { echo "$c"; exit 1; }; done'
ok 'without a word, and with an unknown name, it tells how to go on' '
    code 64 ncm-component 2>err; grep -q "no component named" err; code 64 ncm-component nosuch check 2>err; grep -q "no built-in component" err'
ok '--root of the program is the root of the run' '
    mkdir -p other/etc && unset NCM_ROOT && echo "{\"tree\": {\"servers\": [\"192.0.2.1\"]}}" | ncm-component --root "$scratch/other" resolver configure && grep -q 192.0.2.1 other/etc/resolv.conf'
ok 'NCM_NOACTION alone is enough to change nothing' '
    rm -rf other/etc/* && echo "{\"tree\": {\"servers\": [\"192.0.2.1\"]}}" | NCM_NOACTION=1 ncm-component --root "$scratch/other" resolver configure && test ! -e other/etc/resolv.conf'
ok 'a long difference is shortened, so that its line stays a line' '
    i=0; while [ $i -lt 500 ]; do echo "server-$i.example.org"; i=$((i + 1)); done | jq -R . | jq -cs "{services: {_2fetc_2fx: {module: \"json\", contents: {l: .}}}}" >tree
    run 0 metaconfig configure "$(cat tree)" >long.log && awk "length > 8000 {exit 1}" "$scratch/lines" && grep -q "and more" "$scratch/lines"'
done_testing
