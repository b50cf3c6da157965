#!/bin/sh
# ssh sets options among the lines of others, before the first Match or Host, and asks for a reload.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
mkdir -p "$NCM_ROOT/etc/ssh"
cat >"$NCM_ROOT/etc/ssh/sshd_config" <<'END'
# This is the server's file
#Port 22
#PermitRootLogin prohibit-password
passwordauthentication yes
PasswordAuthentication yes
UsePAM yes
Match User backup
    PasswordAuthentication yes
END
cp "$NCM_ROOT/etc/ssh/sshd_config" before
tree='{"daemon": {"options": {"Port": 2222, "PasswordAuthentication": "no", "MaxAuthTries": 3, "Ciphers": ["aes256-ctr", "aes128-ctr"]}, "comment_options": {"UsePAM": "yes"}},
    "client": {"options": {"ForwardAgent": "no"}}}'
tree=$(echo "$tree" | jq -c .)

ok 'check reports and writes nothing' 'run 0 ssh check "$tree" && changed /etc/ssh/sshd_config /etc/ssh/ssh_config && same before "$NCM_ROOT/etc/ssh/sshd_config"'
ok 'options stand where they stood, new ones before Match, and what is in Match stays' '
    run 0 ssh configure "$tree" && holds /etc/ssh/sshd_config <<-"END"
	# This is the server'"'"'s file
	Port 2222
	#PermitRootLogin prohibit-password
	PasswordAuthentication no
	#UsePAM yes
	Ciphers aes256-ctr,aes128-ctr
	MaxAuthTries 3
	Match User backup
	    PasswordAuthentication yes
	END'
ok 'a reload is asked for' 'wants sshd reload'
ok 'the client has its own file' 'echo "ForwardAgent no" | holds /etc/ssh/ssh_config'
sshd=$(command -v sshd || echo /usr/sbin/sshd)
ssh-keygen -q -t ed25519 -N '' -f key 2>/dev/null && : >empty && "$sshd" -t -f empty -h "$scratch/key" 2>/dev/null &&
    ok 'sshd accepts the file' '"$sshd" -t -f "$NCM_ROOT/etc/ssh/sshd_config" -h "$scratch/key"' ||
    skip 'sshd accepts the file' 'sshd cannot check files here'
ok 'a second run changes nothing and asks for nothing' 'run 0 ssh configure "$tree" && changed && ! grep -q service lines'
ok 'an option that left the configuration goes back to its default' '
    run 0 ssh configure "$(echo "$tree" | jq -c "del(.daemon.options.MaxAuthTries)")" "\"previous\": $tree" && grep -qx "#MaxAuthTries 3" "$NCM_ROOT/etc/ssh/sshd_config"'
ok 'a line end cannot smuggle in another option' '
    run 1 ssh configure "{\"daemon\": {\"options\": {\"Banner\": \"x\\nPermitRootLogin yes\"}}}" && changed && ! grep -qx "PermitRootLogin yes" "$NCM_ROOT/etc/ssh/sshd_config"'
ok 'on Debian the service is called ssh' 'touch "$NCM_ROOT/etc/debian_version" && run 0 ssh configure "{\"daemon\": {\"options\": {\"Port\": 22}}}" && wants ssh reload'
ok 'unconfigure comments its options out' 'run 0 ssh unconfigure "$tree" && grep -qx "#Port 22" "$NCM_ROOT/etc/ssh/sshd_config" && grep -qx "#ForwardAgent no" "$NCM_ROOT/etc/ssh/ssh_config" && grep -qx "    PasswordAuthentication yes" "$NCM_ROOT/etc/ssh/sshd_config"'
done_testing
