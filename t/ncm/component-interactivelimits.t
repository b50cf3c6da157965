#!/bin/sh
# interactivelimits sets its limits among those of others.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
mkdir -p "$NCM_ROOT/etc/security"
printf '# limits\n* hard nofile 1024\n@ops - nproc 99\n' >"$NCM_ROOT/etc/security/limits.conf"
tree='{"values": [["*", "hard", "nofile", "65536"], ["alice", "soft", "core", "0"]]}'

ok 'check reports and writes nothing' 'run 0 interactivelimits check "$tree" && changed /etc/security/limits.conf && grep -q 1024 "$NCM_ROOT/etc/security/limits.conf"'
ok 'a limit of ours replaces one of others, the rest stays' 'run 0 interactivelimits configure "$tree" && holds /etc/security/limits.conf <<-"END"
	# limits
	@ops - nproc 99
	*               hard    nofile          65536
	alice           soft    core            0
	END'
ok 'a second run changes nothing' 'run 0 interactivelimits configure "$tree" && changed'
ok 'a limit that left the configuration goes' 'run 0 interactivelimits configure "{\"values\": [[\"*\", \"hard\", \"nofile\", \"65536\"]]}" "\"previous\": $tree" && ! grep -q alice "$NCM_ROOT/etc/security/limits.conf"'
ok 'a word that would be two, or a comment, is refused' '
    run 1 interactivelimits configure "{\"values\": [[\"a b\", \"hard\", \"core\", \"0\"]]}" && run 1 interactivelimits configure "{\"values\": [[\"a\", \"hard\", \"core\"]]}" && changed'
ok 'unconfigure takes its limits out' 'run 0 interactivelimits unconfigure "$tree" && printf "# limits\n@ops - nproc 99\n" | holds /etc/security/limits.conf'
done_testing
