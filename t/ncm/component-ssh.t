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
ok 'the server is for root alone to read, and what was there before is kept' '
    test "$(stat -c %a "$NCM_ROOT/etc/ssh/sshd_config")" = 600
    test -e "$NCM_ROOT/etc/ssh/sshd_config.old"'
: >"$NCM_ROOT/etc/ssh/sshd_config"; : >"$NCM_ROOT/etc/ssh/ssh_config"
lists='{"daemon": {"options": {"ListenAddress": ["192.0.2.1:22", "[2001:db8::1]:22"], "HostKey": ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ed25519_key"],
    "Port": [22, 2222], "PubkeyAcceptedKeyTypes": ["ssh-ed25519", "rsa-sha2-512"], "AllowUsers": ["root", "ops@192.0.2.0/24"], "SetEnv": ["A=x y", "B=1"], "AcceptEnv": ["LANG", "LC_*"],
    "UseDNS": false, "Banner": "/etc/issue.net", "DenyUsers": []}},
    "client": {"options": {"PreferredAuthentications": ["gssapi-with-mic", "publickey"], "SendEnv": ["LANG", "LC_*"], "IdentityFile": ["~/.ssh/a b", "~/.ssh/c"]}}}'
ok 'lists are lines, words or one word with commas, as the option wants it' '
    run 0 ssh configure "$(echo "$lists" | jq -c .)"
    holds /etc/ssh/sshd_config <<-"END"
	AcceptEnv LANG
	AcceptEnv LC_*
	AllowUsers root ops@192.0.2.0/24
	Banner /etc/issue.net
	HostKey /etc/ssh/ssh_host_rsa_key
	HostKey /etc/ssh/ssh_host_ed25519_key
	ListenAddress 192.0.2.1:22
	ListenAddress [2001:db8::1]:22
	Port 22
	Port 2222
	PubkeyAcceptedKeyTypes ssh-ed25519,rsa-sha2-512
	SetEnv "A=x y" B=1
	UseDNS no
	END
    holds /etc/ssh/ssh_config <<-"END"
	IdentityFile "~/.ssh/a b"
	IdentityFile ~/.ssh/c
	PreferredAuthentications gssapi-with-mic,publickey
	SendEnv LANG
	SendEnv LC_*
	END
    run 0 ssh configure "$(echo "$lists" | jq -c .)"
    changed'
ok 'old lines of such an option go' '
    run 0 ssh configure "$(echo "$lists" | jq -c ".daemon.options.Port = [2022] | .daemon.options.HostKey = [\"/etc/ssh/k\"]")"
    test "$(grep -c "^Port" "$NCM_ROOT/etc/ssh/sshd_config")" = 1
    test "$(grep "^HostKey" "$NCM_ROOT/etc/ssh/sshd_config")" = "HostKey /etc/ssh/k"'
if [ -x /usr/bin/ssh ]; then
    ok 'ssh reads the values back' '
        /usr/bin/ssh -G -F "$NCM_ROOT/etc/ssh/ssh_config" host.invalid >got
        grep -qx "preferredauthentications gssapi-with-mic,publickey" got
        grep -qx "identityfile ~/.ssh/a b" got
        grep -qxF "sendenv LC_*" got'
    ok 'a file that ssh refuses is not written' '
        cp "$NCM_ROOT/etc/ssh/ssh_config" now
        run 1 ssh configure "{\"client\": {\"options\": {\"PreferredAuthentications\": \"gssapi-with-mic publickey\"}}}"
        says "(.msg // \"\") | startswith(\"ssh refuses the new file, the old one stays: \")"
        changed
        same now "$NCM_ROOT/etc/ssh/ssh_config"'
else
    skip 'ssh reads the values back' 'no ssh here'
    skip 'a file that ssh refuses is not written' 'no ssh here'
fi
ok 'options stand before an Include, whose files would win otherwise' '
    mkdir -p "$NCM_ROOT/etc/ssh/sshd_config.d"
    printf "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nPasswordAuthentication yes\n" >"$NCM_ROOT/etc/ssh/sshd_config"
    printf "PasswordAuthentication yes\nListenAddress 192.0.2.9\n" >"$NCM_ROOT/etc/ssh/sshd_config.d/50-cloud-init.conf"
    run 0 ssh configure "{\"daemon\": {\"options\": {\"PasswordAuthentication\": \"no\"}}}"
    printf "PasswordAuthentication no\nInclude /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n" | holds /etc/ssh/sshd_config
    run 0 ssh configure "{\"daemon\": {\"options\": {\"PasswordAuthentication\": \"no\"}}}"
    changed'
ok 'an included file that adds to an option is told' '
    run 2 ssh configure "{\"daemon\": {\"options\": {\"PasswordAuthentication\": \"no\", \"ListenAddress\": [\"192.0.2.1\"]}}}"
    says ".level == \"warning\" and .msg == \"\u0027/etc/ssh/sshd_config.d/50-cloud-init.conf\u0027, which \u0027/etc/ssh/sshd_config\u0027 includes, sets ListenAddress too\""'
ok 'the same for the client' '
    printf "Include /etc/ssh/ssh_config.d/*.conf\nHost *\n    SendEnv LANG\n" >"$NCM_ROOT/etc/ssh/ssh_config"
    run 0 ssh configure "{\"client\": {\"options\": {\"ForwardAgent\": \"no\"}}}"
    printf "ForwardAgent no\nInclude /etc/ssh/ssh_config.d/*.conf\nHost *\n    SendEnv LANG\n" | holds /etc/ssh/ssh_config'
ok 'another name of an option is the same option' '
    echo "ChallengeResponseAuthentication yes" >"$NCM_ROOT/etc/ssh/sshd_config"
    run 0 ssh configure "{\"daemon\": {\"options\": {\"KbdInteractiveAuthentication\": \"no\"}}}"
    echo "KbdInteractiveAuthentication no" | holds /etc/ssh/sshd_config
    run 1 ssh configure "{\"daemon\": {\"options\": {\"KbdInteractiveAuthentication\": \"no\", \"ChallengeResponseAuthentication\": \"yes\"}}}"
    changed'
: >"$NCM_ROOT/etc/ssh/sshd_config"; : >"$NCM_ROOT/etc/ssh/ssh_config"
run 0 ssh configure "$tree" >again.log
ok 'on Debian the service is called ssh' 'touch "$NCM_ROOT/etc/debian_version" && run 0 ssh configure "{\"daemon\": {\"options\": {\"Port\": 22}}}" && wants ssh reload'
ok 'unconfigure comments its options out' 'run 0 ssh unconfigure "$tree" && grep -qx "#Port 22" "$NCM_ROOT/etc/ssh/sshd_config" && grep -qx "#ForwardAgent no" "$NCM_ROOT/etc/ssh/ssh_config" && not grep -q "^PasswordAuth" "$NCM_ROOT/etc/ssh/sshd_config"'
done_testing
