# A world for benches: N installed rpm packages (with the requirements of real ones, so that the solver has something
# to do), and metadata of repositories. Made once into a folder, from one spec and one script.

# world_installed ROOT N: packages p1..pN version 1 in the database of ROOT (no files).
world_installed() {
    mkdir -p "$1" topdir
    awk -v n="$2" 'BEGIN {
        print "Name: world\nVersion: 1\nRelease: 1\nSummary: s\nLicense: none\nBuildArch: noarch\n%description\n."
        for (i = 1; i <= n; i++) {
            printf "%%package -n p%d\nSummary: s\nProvides: cap%d = 1\n", i, i
            for (k = 2; k <= 5; k++) if (i >= 20) printf "Requires: cap%d\n", int(i / k) + 1
            printf "%%description -n p%d\n.\n%%files -n p%d\n", i, i
        } }' >world.spec
    rpmbuild -bb --quiet --define "_topdir $PWD/topdir" --define "_rpmdir $PWD/world-rpms" --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
        --define '_binary_payload w0.gzdio' world.spec >build.log 2>&1 || { tail build.log; return 1; }
    find world-rpms -name 'p*.rpm' | xargs rpm --root "$1" -i --justdb --nodeps --nosignature 2>/dev/null
}

# world_repository DIR N: rpm-md of p1..pN in version 1 and, for every 150th, version 2.
world_repository() {
    mkdir -p "$1/repodata"
    awk -v n="$2" 'function package(i, v,   k) {
            printf "<package type=\"rpm\"><name>p%d</name><arch>noarch</arch><version epoch=\"0\" ver=\"%d\" rel=\"1\"/>", i, v
            printf "<checksum type=\"sha256\" pkgid=\"YES\">%064d</checksum><summary>s</summary><description>a package of the world</description>", i * 10 + v
            printf "<packager/><url/><time file=\"1\" build=\"1\"/><size package=\"1000\" installed=\"1000\" archive=\"1000\"/><location href=\"p%d-%d-1.noarch.rpm\"/>", i, v
            printf "<format><rpm:license>none</rpm:license><rpm:provides><rpm:entry name=\"p%d\" flags=\"EQ\" epoch=\"0\" ver=\"%d\" rel=\"1\"/><rpm:entry name=\"cap%d\" flags=\"EQ\" epoch=\"0\" ver=\"%d\"/></rpm:provides><rpm:requires>", i, v, i, v
            for (k = 2; k <= 5; k++) if (i >= 20) printf "<rpm:entry name=\"cap%d\"/>", int(i / k) + 1
            print "</rpm:requires></format></package>"
        }
        BEGIN {
            print "<?xml version=\"1.0\"?><metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"" n "\">"
            for (i = 1; i <= n; i++) { package(i, 1); if (i % 150 == 0 && i <= 1500) package(i, 2) }
            print "</metadata>" }' | gzip -1n >"$1/repodata/primary.xml.gz"
    world_repomd "$1"
}

# world_repomd DIR: the rest of the metadata of DIR/repodata/primary.xml.gz.
world_repomd() {
    printf '<?xml version="1.0"?><filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="0"></filelists>' | gzip -1n >"$1/repodata/filelists.xml.gz"
    {
        echo '<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>'
        for kind in primary filelists; do
            f=$1/repodata/$kind.xml.gz
            printf '<data type="%s"><checksum type="sha256">%s</checksum><open-checksum type="sha256">%s</open-checksum><location href="repodata/%s.xml.gz"/><timestamp>%s</timestamp><size>%s</size></data>\n' \
                $kind "$(sha256sum <"$f" | cut -d' ' -f1)" "$(zcat "$f" | sha256sum | cut -d' ' -f1)" $kind "$(date +%s)" "$(stat -c %s "$f")"
        done
        echo '</repomd>'
    } >"$1/repodata/repomd.xml"
}

# world_target N UPDATES: what is installed, with every 150th in version 2 (UPDATES=yes).
world_target() { awk -v n="$1" -v u="$2" 'BEGIN { for (i = 1; i <= n; i++) printf "- p%d %d 1 noarch\n", i, u == "yes" && i % 150 == 0 ? 2 : 1 }'; }
