#!/bin/sh
# etcservices sees to lines of /etc/services and leaves the others alone.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

printf '# ports\nssh 22/tcp\nlxbatch 7000/tcp old\nlxbatch 7788/udp # jobs\n#ntp 123/udp\nlxbatch 7001/tcp\n' >"$NCM_ROOT/etc/services"
tree='{"entries": ["lxbatch 7788/tcp", "lxbatch 7788/udp # jobs", "ntp 123/udp", "new 9/tcp alias"]}'
ok 'check reports and writes nothing' 'run 0 etcservices check "$tree" && changed /etc/services && grep -q 7000 "$NCM_ROOT/etc/services"'
ok 'one line for a name and protocol, others stay where they are' 'run 0 etcservices configure "$tree" && holds /etc/services <<-"END"
	# ports
	ssh 22/tcp
	lxbatch 7788/tcp
	lxbatch 7788/udp # jobs
	ntp 123/udp
	new 9/tcp alias
	END'
ok 'changes nothing on a second run' 'run 0 etcservices configure "$tree" && changed'
ok 'of two entries for the same port the last one holds' 'run 0 etcservices configure "{\"entries\": [\"new 9/tcp\", \"new 10/tcp\"]}" && grep -qx "new 10/tcp" "$NCM_ROOT/etc/services"'
ok 'refuses what is no entry' 'run 1 etcservices configure "{\"entries\": [\"new\"]}" && changed && says "(.msg // \"\") | startswith(\"'"'new'"' is no entry\")"'
ok 'a comment of the site that looks like another entry stays' 'echo "# lxbatch 7788/tcp was mine" >>"$NCM_ROOT/etc/services"; run 0 etcservices configure "$tree"; grep -q "was mine" "$NCM_ROOT/etc/services"'
done_testing
