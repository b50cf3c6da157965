#!/bin/sh
# grub changes arguments of the kernel among those of others, and a shell reads the result.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
mkdir -p "$NCM_ROOT/etc/default" "$NCM_ROOT/boot/grub2"
file=$NCM_ROOT/etc/default/grub
cat >"$file" <<'EOF'
GRUB_DEFAULT=0
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX="root=/dev/sda1 quiet dyndbg=\"file x +p\" mitigations=auto"
EOF
cp "$file" before
serial='"extra": {"/hardware/console/serial": {"unit": 1, "speed": 115200}}'
ok 'check reports, says what would run, and changes nothing' 'run 0 grub check "{\"args\": \"-quiet mitigations=off\"}" && changed /etc/default/grub && says ".msg == \"would run: grub2-mkconfig -o /boot/grub2/grub.cfg\"" && same before "$file"'
ok 'arguments are added, changed in their place, and taken away' '
    run 0 grub configure "{\"args\": \"-quiet mitigations=off hugepages=4\"}" && grep -Fqx "GRUB_CMDLINE_LINUX=\"root=/dev/sda1 dyndbg=\\\"file x +p\\\" mitigations=off hugepages=4\"" "$file" && grep -qx "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"" "$file"'
ok 'below a root no menu is made' 'says "(.msg // \"\") | startswith(\"not run below NCM_ROOT: grub2-mkconfig\")"'
ok 'a shell reads what was meant' 'sh -n "$file" && (. "$file" && test "$GRUB_CMDLINE_LINUX" = "root=/dev/sda1 dyndbg=\"file x +p\" mitigations=off hugepages=4" -a "$GRUB_DEFAULT" = 0)'
ok 'a second run changes nothing' 'run 0 grub configure "{\"args\": \"-quiet mitigations=off hugepages=4\"}" && changed && ! grep -q mkconfig lines'
ok 'by name, with a list and a blank' 'run 0 grub configure "{\"arguments\": {\"hugepages\": {\"enable\": false}, \"isolcpus\": {\"value\": [1, 2]}, \"x_2ey\": {\"value\": \"a b\"}, \"ro\": {}}}" && (. "$file" && echo "$GRUB_CMDLINE_LINUX" | grep -Fx "root=/dev/sda1 dyndbg=\"file x +p\" mitigations=off isolcpus=1,2 ro x.y=\"a b\"")'
ok 'in full control others go; a serial console' 'run 0 grub configure "{\"args\": \"ro\", \"fullcontrol\": true}" "$serial" && (. "$file" && test "$GRUB_CMDLINE_LINUX|$GRUB_TERMINAL|$GRUB_SERIAL_COMMAND" = "ro console=ttyS1,115200n8|serial console|serial --unit=1 --speed=115200 --parity=no --word=8")'
ok 'nothing can be run out of a value' 'run 0 grub configure "{\"args\": \"a=\$(touch\${IFS}owned) b=\`id\`\", \"fullcontrol\": true}" && (. "$file" && echo "$GRUB_CMDLINE_LINUX" | grep -Fx "a=\$(touch\${IFS}owned) b=\`id\`") && test ! -e owned && run 1 grub configure "{\"args\": \"a\\nGRUB_X=1\"}" && changed'
ok 'a password, which is not shown; one GRUB cannot use is refused' '
    printf "other:x\nroot:grub.pbkdf2.sha512.10000.AB\n" >"$NCM_ROOT/etc/pw"; run 0 grub configure "{\"password\": {\"enabled\": true, \"file\": \"/etc/pw\"}}" && echo GRUB2_PASSWORD=grub.pbkdf2.sha512.10000.AB | holds /boot/grub2/user.cfg &&
    test "$(stat -c %a "$NCM_ROOT/boot/grub2/user.cfg")" = 600 && ! grep -q pbkdf2 lines && run 1 grub configure "{\"password\": {\"enabled\": true, \"password\": \"plain\"}}" && changed && ! grep -q "plain" lines && run 0 grub configure "{\"password\": {\"enabled\": false}}" && test ! -e "$NCM_ROOT/boot/grub2/user.cfg"'
ok 'what GRUB 2 does itself is told' 'run 2 grub configure "{\"kernels\": []}" && says ".level == \"warning\""'
ok 'without GRUB there is nothing to do' 'rm "$file"; run 1 grub configure "{\"args\": \"a\"}" && changed'
done_testing
