# For tests beside the real Quattor: QUATTOR_SOURCES names a folder with copies of github.com/quattor's CCM, CAF,
# LC, ncm-ncd and configuration-modules-core (and File-AtomicWrite of CPAN, where Perl does not have it). They
# are laid out below $scratch/quattor/usr as their packages install them, and mounted over this machine's own
# files in a mount namespace: nothing outside $scratch is written.
[ -d "${QUATTOR_SOURCES:-}" ] || skip_all 'QUATTOR_SOURCES does not name copies of the sources of Quattor'
if [ -z "$QUATTOR_INSIDE" ]; then
    unshare -m mount -t tmpfs none "$scratch" 2>unshare.err || skip_all "no mounts here: $(head -1 unshare.err)"
    status=0
    cd "$OLDPWD" && QUATTOR_INSIDE=1 unshare -m sh "$0" || status=$?
    exit $status
fi
# A file system of its own: an overlay's layers must not lie in each other.
mkdir "$scratch/quattor" && trap 'cleanup; cd /; umount "$scratch/quattor"; rm -rf "$scratch"' EXIT && mount -t tmpfs none "$scratch/quattor" || exit 99
perl "$WEFT_SRC/t/ncm/quattor-install.pl" "$QUATTOR_SOURCES" "$scratch/quattor/usr" || exit 99
printf "#!/bin/sh\nexit 1\n" >"$scratch/quattor/usr/sbin/selinuxenabled"
chmod +x "$scratch/quattor/usr/sbin/selinuxenabled"
perl -I"$scratch/quattor/usr/lib/perl" -MEDG::WP4::CCM::CLI -MNCM::Component -e1 2>perl.err || skip_all "Perl misses something: $(grep -v selinux perl.err | head -1)"

# world NAME 'commands': run them in a copy of this machine that has Quattor; what they wrote is in $scratch/NAME
world() {
    mkdir -p "$scratch/$1" "$scratch/$1.mount"
    unshare -m sh -c '
        set -e
        mount -t tmpfs none "$2.mount"
        mkdir "$2.mount/up" "$2.mount/work" "$2.mount/root"
        cp -a "$2/." "$2.mount/up"
        mount -t overlay -o "lowerdir=$1/quattor:/,upperdir=$2.mount/up,workdir=$2.mount/work" none "$2.mount/root"
        mount -t proc none "$2.mount/root/proc"
        mount --bind /dev "$2.mount/root/dev"
        status=0
        chroot "$2.mount/root" sh -c "$3" || status=$?
        cp -a "$2.mount/up/." "$2"
        exit $status' sh "$scratch" "$scratch/$1" "$2"
}
