#!/bin/sh
# Every built-in component tells the truth under noaction: nothing changes, and the real run then changes exactly what
# was announced; the same when what it did is taken back. The configuration is the example of its page.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
. "$WEFT_SRC/t/ncm/example.sh"
command -v panc >panc.path || skip_all 'no panc here'
mkdir -p "$NCM_ROOT/opt/tool-$(uname -m)" "$NCM_ROOT/etc/default" "$NCM_ROOT/home" "$NCM_ROOT/root"
echo 'GRUB_CMDLINE_LINUX="quiet"' >"$NCM_ROOT/etc/default/grub"
cp /etc/passwd "$NCM_ROOT/etc/passwd"

# picture FILE: everything below the root, a line each: path, kind, mode, owner, where a link leads, what is in a file
picture() {
    (cd "$NCM_ROOT" && find . -mindepth 1 -printf '/%P\t%y %m %U %G %l\n' | while IFS='	' read -r path rest; do
        [ -f ".$path" ] && [ ! -L ".$path" ] && rest="$rest $(md5sum <".$path")"
        printf '%s\t%s\n' "$path" "$rest"
    done | sort) >"$1"
}
announced() { jq -r 'select(.changed) | .changed' "$scratch/lines" | sort -u; }
# changed_between BEFORE AFTER: paths that came, went or are different
changed_between() { diff "$1" "$2" | sed -n 's/^[<>] \([^\t]*\)\t.*/\1/p' | sort -u; }
# exactly: what was announced was changed, and nothing else but the folders above it, what was there before, kept as .old,
# the links that systemctl makes where it is told to enable a unit, and the lock that all who write passwd take
exactly() {
    while read -r path; do
        case $path in *.target.wants | *.target.wants/* | /etc/.pwd.lock) continue ;; esac
        grep -qxF -e "$path" -e "${path%.old}" announced || grep -qF "$path/" announced || { echo "changed without a word: $path"; return 1; }
    done <really
    while read -r path; do grep -qxF "$path" really || { echo "announced, but not changed: $path"; return 1; }; done <announced
    cmp announced told_by_the_run
}
# does COMPONENT VERB TREE MEMBERS: with warnings or without
does() {
    printf '{"component": "%s", "tree": %s, %s}' "$1" "$3" "$4" >document
    status=0
    "$1" "$2" <document >lines 2>errors || status=$?
    case $status in 0 | 2) ;; *) cat lines errors; return 1 ;; esac
}
# truth VERB COMPONENT: first without action, then really
truth() {
    picture before
    does "$2" "$1" "$tree" "\"noaction\": true, $watched"
    announced >announced
    picture after
    same before after
    does "$2" "$1" "$tree" "$watched"
    announced >told_by_the_run
    picture after
    changed_between before after >really
    exactly
}

for c in $(ncm-component --list | awk '{print $1}'); do
    if [ "$c" = systemd ] && ! command -v systemctl >systemctl.path; then
        skip "$c" 'no systemctl here'
        continue
    fi
    [ "$c" != chkconfig ] || continue  # it changes no file: see its own test
    ok "the example of $c compiles" "compile $c"
    tree=$(jq -c ".software.components.$c" node.json) watched=$(watched "$c")
    ok "$c does what it announces" "
        truth configure $c
        test -s really"
    ok "$c has nothing to announce in a second run" "
        truth configure $c
        test ! -s really"
    if "$c" describe | jq -e '.verbs | any(. == "unconfigure")' >verbs; then
        ok "$c takes back what it announces" "truth unconfigure $c"
    fi
done
done_testing
