#!/bin/sh
# altlogrotate writes one file an entry, removes its stale ones, and takes the file of a package over only when told.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
mkdir -p "$NCM_ROOT/etc/logrotate.d"
echo '# of the package' >"$NCM_ROOT/etc/logrotate.d/httpd"; touch "$NCM_ROOT/etc/logrotate.d/gone.ncm-altlogrotate" "$NCM_ROOT/etc/logrotate.d/other"
tree='{"entries": {"mond": {"pattern": "/var/log/mond.log", "frequency": "weekly", "rotate": 4, "compress": true, "ifempty": false, "missingok": true, "create": true,
    "createparams": {"mode": "0640", "owner": "root", "group": "root"}, "scripts": {"postrotate": "/bin/true"}}, "httpd": {"pattern": "/var/log/httpd/*log", "overwrite": true, "missingok": true, "size": "10M"}}}'
tree=$(echo "$tree" | jq -c .)

ok 'check reports and writes nothing' 'run 0 altlogrotate check "$tree" && changed /etc/logrotate.d/httpd /etc/logrotate.d/mond.ncm-altlogrotate /etc/logrotate.d/gone.ncm-altlogrotate && test "$(ls "$NCM_ROOT/etc/logrotate.d" | wc -l)" = 3'
ok 'configure writes every kind of word' 'run 0 altlogrotate configure "$tree" && holds /etc/logrotate.d/mond.ncm-altlogrotate <<-"END"
	# Written by ncm-altlogrotate (Weft); local changes are lost.
	/var/log/mond.log {
	    weekly
	    compress
	    notifempty
	    missingok
	    rotate 4
	    create 0640 root root
	    postrotate
	/bin/true
	    endscript
	}
	END'
if command -v logrotate >/dev/null || [ -x /usr/sbin/logrotate ]; then
    ok 'logrotate accepts the files' 'for f in mond.ncm-altlogrotate httpd; do PATH=$PATH:/usr/sbin logrotate -d -s state "$NCM_ROOT/etc/logrotate.d/$f" 2>log || exit 1; ! grep "^error" log || exit 1; done'
else
    skip 'logrotate accepts the files' 'no logrotate here'
fi
ok 'the file of the package is replaced and kept' 'grep -q "size 10M" "$NCM_ROOT/etc/logrotate.d/httpd" && grep -q "of the package" "$NCM_ROOT/etc/logrotate.d/httpd.old"'
ok 'the stale file went, that of somebody else stays' 'test ! -e "$NCM_ROOT/etc/logrotate.d/gone.ncm-altlogrotate" -a -e "$NCM_ROOT/etc/logrotate.d/other"'
ok 'a second run changes nothing' 'run 0 altlogrotate configure "$tree" && changed'
ok 'the global entry begins the main file' '
    run 0 altlogrotate configure "{\"entries\": {\"global\": {\"frequency\": \"daily\", \"include\": \"/etc/logrotate.d\"}, \"wtmp\": {\"global\": true, \"pattern\": \"/var/log/wtmp\", \"rotate\": 1}}}" && holds /etc/logrotate.conf <<-"END"
	# Written by ncm-altlogrotate (Weft); local changes are lost.
	include /etc/logrotate.d
	daily
	/var/log/wtmp {
	    rotate 1
	}
	END'
ok 'a name cannot lead out of the folder' 'run 1 altlogrotate configure "{\"entries\": {\"../x\": {\"pattern\": \"y\"}}}" && test ! -e "$NCM_ROOT/etc/x.ncm-altlogrotate"'
ok 'unconfigure removes its files and puts the replaced one back' '
    run 0 altlogrotate configure "$tree" >/dev/null; run 0 altlogrotate unconfigure "$tree" && echo "# of the package" | holds /etc/logrotate.d/httpd && test ! -e "$NCM_ROOT/etc/logrotate.d/mond.ncm-altlogrotate"'
done_testing
