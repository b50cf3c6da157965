# Packages for the tests, made by dpkg-deb.

# deb_or_skip: dpkg is here, and we may own files (as root, or in a user namespace of our own).
deb_or_skip() {
    command -v dpkg-deb >/dev/null || skip_all 'no dpkg'
    [ "$(id -u)" = 0 ] && return
    unshare -Ur true 2>/dev/null || skip_all 'neither root nor user namespaces'
    [ -n "$IN_NAMESPACE" ] || { export IN_NAMESPACE=1; again_in unshare -Ur; }
}

# make_deb name version architecture [control line ...]: into debs/, with /opt/NAME/VERSION and /opt/NAME/same
make_deb() {
    deb_name=$1 deb_version=$2 deb_arch=$3
    shift 3
    deb_file=${deb_version#*:}
    rm -rf build && mkdir -p debs build/DEBIAN "build/opt/$deb_name"
    echo "$deb_version" >"build/opt/$deb_name/$deb_file"
    echo "$deb_version" >"build/opt/$deb_name/same"
    (cd build && find opt -type f -exec md5sum {} +) >build/DEBIAN/md5sums
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: tests <root@localhost>\nDescription: a package of the tests\n' \
            "$deb_name" "$deb_version" "$deb_arch"
        for deb_line; do printf '%s\n' "$deb_line"; done
    } >build/DEBIAN/control
    dpkg-deb -Zgzip --root-owner-group -b build "debs/${deb_name}_${deb_file}_$deb_arch.deb" >/dev/null
}
