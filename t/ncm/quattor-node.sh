# Sourced after quattor.sh: a node with the components of quattor-components.pan, and programs that note their words
# instead of doing something.
. "$WEFT_SRC/t/ncm/node.sh"
unset WEFT_ROOT
usr=$scratch/quattor/usr
panc -I "$WEFT_SRC/t/ncm" -o "$scratch" --formats json "$WEFT_SRC/t/ncm/quattor-components.pan" || exit 99
mv quattor-components.json "$scratch/quattor/profile.json"
components=$(jq -r '.software.components | keys[]' "$scratch/quattor/profile.json" | tr '\n' ' ')

# Programs that components call: one for all, which notes its words. Services come in two spellings.
mkdir -p "$usr/bin" "$scratch/quattor/etc"
cat >"$usr/sbin/quattor-fake" <<'END'
#!/bin/sh
me=${0##*/}
case $me in
systemctl) echo "service $1 ${2%.service}" >>/calls ;;
service) echo "service $2 $1" >>/calls ;;
host) echo "$1 has an address" ;;
visudo) cat >/dev/null; echo parsed OK ;;
sysctl | iptables* | exportfs | ldconfig | sshd | nscd) echo "$me $*" >>/calls; cat >/dev/null ;;
esac
END
chmod +x "$usr/sbin/quattor-fake"
for p in bin/systemctl sbin/service bin/host sbin/sysctl sbin/iptables sbin/iptables-restore sbin/exportfs sbin/ldconfig sbin/visudo sbin/sshd sbin/nscd; do
    ln -sf /usr/sbin/quattor-fake "$usr/$p"
done
printf 'profile file:///profile.json\nworld_readable 1\n' >"$scratch/quattor/etc/ccm.conf"
printf 'include = /usr/lib/perl\nperl = all\nstate = /var/run/quattor-components\n' >"$scratch/quattor/etc/ncm-ncd.conf"

# What a run begins with in a world: the cache, filled by our ccm-fetch.
start="mkdir -p /etc/ssh /etc/sysconfig /etc/ntp /etc/ganglia /usr/lib/ncm/config/profile /var/lib/ccm; $WEFT_OUT/bin/ccm-fetch"
theirs="perl -t -I/usr/lib/perl /usr/sbin/ncm-ncd --cfgfile /dev/null --state /var/run/quattor-components --configure --all"
ours="$WEFT_OUT/bin/ncd --configure --all"
