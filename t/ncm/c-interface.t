#!/bin/sh
# Programs in C read the cache through the access library, and a component can be a shared object.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
case $WEFT_OUT in *asan | *tsan) skip_all 'a sanitizer wants the C programs built with it too' ;; esac
PKG_CONFIG_PATH=$WEFT_OUT/lib/pkgconfig LD_LIBRARY_PATH=$WEFT_OUT/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH

# ---- the access library
cat >ask.c <<'END'
#include <stdio.h>
#include <string.h>
#include <weft/ccm.h>
int main(int argc, char **argv) {
    ccm_profile *p = ccm_open(argv[1], argc > 3 ? argv[3] : NULL);
    if (!p) { printf("error %s\n", ccm_error()); return 1; }
    char *value = ccm_value(p, argv[2]), *json = ccm_json(p, argv[2]), *sum = ccm_checksum(p, argv[2]);
    printf("abi %d cid %d type %d value %s json %s sum %zu error '%s'\n", ccm_abi(), ccm_cid(p), ccm_type_of(p, argv[2]), value ? value : "-", json ? json : "-", sum ? strlen(sum) : 0, ccm_error());
    size_t n;
    char *names = ccm_children(p, argv[2], &n), *name = names;
    for (size_t i = 0; i < n; i++, name += strlen(name) + 1) printf("child %s\n", name);
    ccm_free(names); ccm_free(value); ccm_free(json); ccm_free(sum);
    ccm_close(p);
    return 0;
}
END
profile '' '<nlist name="system"><string name="hostname">lxb001</string><long name="n">-7</long><boolean name="up">true</boolean><list name="l"><double>1.5</double></list><string name="_2fetc_2fmotd">x</string></nlist>'
ccm-fetch 2>fetch.log
cache=$node/var/lib/ccm
ok 'REQ-C-10: a C program is built with what pkg-config says' 'cc -Wall -Wextra -Werror -std=c99 -o ask ask.c $(pkg-config --cflags --libs weft-ccm)'
ok 'REQ-C-10: only the interface is exported' 'test -z "$(nm -D --defined-only "$WEFT_OUT/lib/libweft-ccm.so.1" | grep -v " ccm_" | grep -v WEFT_CCM_1)"'
ok 'REQ-C-10: a property has type, value and checksum' './ask $cache /system/n >out && echo "abi 1 cid 1 type 9 value -7 json -7 sum 32 error '"''"'" >want && same want out'
ok 'REQ-C-10: a list and an nlist have children' '
    ./ask $cache /system/l | tail -1 | grep -qx "child 0" && ./ask $cache /system >out && grep -q "type 10 value - json {" out && grep -c "^child" out | grep -qx 5'
ok 'escaped names can be given as people write them' './ask $cache "/system/{/etc/motd}" | grep -q "value x "'
ok 'what is not there is absent, not an error' './ask $cache /nosuch | grep -q "type 0 value - json - sum 0 error .. *$"'
ok 'errors are told in words' '
    ./ask $cache "bad path" >out; grep -q "error .[^ ]" out; code 1 ./ask /nonexistent /x >out && grep -q "^error no profile cache in ./nonexistent" out && code 1 ./ask $cache / 77 >out && grep -q "no profile 77" out'

# ---- a component as a shared object
cat >motd.c <<'END'
#include <stdio.h>
#include <string.h>
#include <weft/component.h>
static void configure(ncm_run *r) {
    const char *text = r->value(r, "text");
    if (!text) { r->say(r, "error", "no text"); return; }
    if (r->file(r, "/etc/motd", text, strlen(text), 0640, NULL, NULL) == 1) r->service(r, "motdd", "reload");
    if (r->file(r, "/etc/passwd/x", "", 0, 0, NULL, NULL) != -1) r->say(r, "error", "a file below a file?");
}
static void unconfigure(ncm_run *r) { r->remove(r, "/etc/motd"); }
static const char *const watch[] = {"/system/network", NULL};
const struct ncm_component ncm_component = {NCM_COMPONENT_ABI, "the message of the day", watch, configure, unconfigure};
END
ok 'REQ-E-2: it is built without any library of ours' 'cc -Wall -Wextra -Werror -shared -fPIC -o components/motd.so motd.c $(pkg-config --cflags weft-ccm)'
ok 'REQ-E-2: it describes itself' 'ncm-component-so components/motd.so describe | jq -e ".protocol == 1 and .name == \"motd\" and .watch == [\"/system/network\"] and (.verbs | index(\"unconfigure\"))"'
ok 'whatever its file is called' 'cp components/motd.so other && ncm-component-so ./other describe | jq -e ".name == \"other\""'
sed -i '/passwd/d' motd.c; cc -shared -fPIC -o components/motd.so motd.c -I"$WEFT_OUT/include"
profile "$(active motd '<string name="text">hello</string>')"; ccm-fetch 2>>fetch.log
services=$node/var/lib/weft/ncm/services.log
ok 'REQ-E-2: ncd runs it like any other: file, mode, service' 'ncd --configure motd && test "$(cat $node/etc/motd)" = hello && test "$(stat -c %a $node/etc/motd)" = 640 && test "$(cat $services)" = "reload motdd"'
ok 'a check changes nothing' 'echo x >$node/etc/motd && ncd --check motd | grep -q "changed /etc/motd" && test "$(cat $node/etc/motd)" = x'
ok 'it takes back what it did' 'ncd --unconfigure motd && test ! -e $node/etc/motd'
printf '#include <weft/component.h>\nconst struct ncm_component ncm_component = {99, "", 0, 0, 0};\n' >old.c
ok 'REQ-E-2: one for another version of the interface is refused, alone' '
    cc -shared -fPIC -o components/motd.so old.c -I"$WEFT_OUT/include"
    code 255 ncd --configure motd 2>err
    grep -q "gave no useful answer" err && code 65 ncm-component-so components/motd.so describe 2>err && grep -q "version 99 of the interface, this is version 1" err'
ok 'one that crashes ends alone' '
    sed "s/const char .text = .*/const char *text = *(const char **)8;/" motd.c >crash.c
    cc -shared -fPIC -o components/motd.so crash.c -I"$WEFT_OUT/include"
    code 255 ncd --configure motd 2>err
    grep -q "was ended by signal" err'
done_testing
