# Packages for the tests, made by rpmbuild as a site makes its own.

# rpm_or_skip: rpmbuild is here, and we may chroot (as root, or in a user namespace of our own).
rpm_or_skip() {
    command -v rpmbuild >/dev/null || skip_all 'no rpmbuild'
    [ "$(id -u)" = 0 ] && return
    unshare -Ur true 2>/dev/null || skip_all 'neither root nor user namespaces: rpm cannot change its root'
    [ -n "$IN_NAMESPACE" ] || { export IN_NAMESPACE=1; again_in unshare -Ur; }
}

# make_rpm name version release [spec line ...]: into rpms/. Every package holds /opt/NAME/VERSION-RELEASE and, unless
# rpm_beside is set, /opt/NAME/same, which holds the version. Scriptlets are Lua: a scratch root has no shell.
#   rpm_also    one more file         rpm_noise   a file of that many random bytes
#   rpm_arch    for another architecture than ours    rpm_logs_as    see logging
make_rpm() {
    rpm_name=$1 rpm_version=$2 rpm_release=$3
    shift 3
    mkdir -p rpms build
    {
        printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: a package of the tests\nLicense: none\n' "$rpm_name" "$rpm_version" "$rpm_release"
        for rpm_line; do case $rpm_line in %*) ;; *) printf '%s\n' "$rpm_line" ;; esac; done
        printf '%%description\n.\n%%install\nmkdir -p %%{buildroot}/opt/%s\necho %s >%%{buildroot}/opt/%s/%s-%s\n' \
            "$rpm_name" "$rpm_version" "$rpm_name" "$rpm_version" "$rpm_release"
        [ -n "$rpm_beside" ] || printf 'echo %s >%%{buildroot}/opt/%s/same\n' "$rpm_version" "$rpm_name"
        [ -z "$rpm_noise" ] || printf 'head -c %s /dev/urandom >%%{buildroot}/opt/%s/noise\n' "$rpm_noise" "$rpm_name"
        [ -z "$rpm_also" ] || printf 'mkdir -p %%{buildroot}%s\necho %s >%%{buildroot}%s\n' "${rpm_also%/*}" "$rpm_name" "$rpm_also"
        for rpm_line; do case $rpm_line in %*) printf '%b\n' "$rpm_line" ;; esac; done
        printf '%%files\n/opt/%s/*\n%s\n' "$rpm_name" "$rpm_also"
    } >"build/$rpm_name.spec"
    rpmbuild -bb --quiet --define "_topdir $PWD/build" --define "_rpmdir $PWD/rpms" \
        --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' --define '_build_id_links none' \
        ${rpm_arch:+--target "$rpm_arch"} "build/$rpm_name.spec" >build/log 2>&1 || { cat build/log; return 1; }
}
# logging word: the scriptlet that notes its word and how many instances there will be.
logging() { printf '%%%s -p <lua>\\nlocal f = io.open("/log", "a") f:write("%s %s " .. arg[2] .. "\\\\n") f:close()' "$1" "$rpm_logs_as" "$1"; }
