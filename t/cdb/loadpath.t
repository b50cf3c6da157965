#!/bin/sh
# A load path per folder in the database (loadpath(5)): commits, checks, pushes and history take each object's own, as
# panc does with the same files; what a change of one makes out of date is compiled again, and nothing else.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
rm -rf site
b1=lxb001.example.org b2=lxb002.example.org
put() { mkdir -p "$(dirname "$1")"; printf '%s\n' "$2" >"$1"; }
for c in 1:a:1.0 2:b:2.0; do
    rest=${c#*:}
    put "site/clusters/${rest%:*}/profiles/lxb00${c%%:*}.example.org.pan" "object template lxb00${c%%:*}.example.org; include 'config/os'; include 'common';"
    put "site/clusters/${rest%:*}/cluster.build.properties" "cluster.pan.includes=lib/${rest#*:} standard"
    put "site/lib/${rest#*:}/config/os.pan" "template config/os; '/os' = '${rest#*:}';"
done
put site/standard/common.pan "template common; '/common' = true;"
server_start || exit 99
# value NODE TEXT: what the node is served has it
value() { ask "$1" "/profiles/$1.json" >served; grep -q "$2" served || { cat served; false; }; }

ok 'a folder with clusters as SCDB has them is committed as it is: each object has its own include list' '
    as_admin commit -m first site >out
    grep "^revision 1: 7 files, 2 objects compiled, 2 profiles changed" out
    value $b1 "\"os\": *\"1.0\""
    value $b2 "\"os\": *\"2.0\""'

ok 'panc makes the same of the same files' '
    mkdir profiles
    panc -o profiles --formats json site/clusters/*/profiles/*.pan
    for b in $b1 $b2; do
        ask $b /profiles/$b.json | jq -S . >served
        jq -S . profiles/$b.json >ours
        same ours served
    done'

ok 'another include list compiles the objects of its cluster, and no others' '
    echo "cluster.pan.includes=lib/2.0 standard" >site/clusters/a/cluster.build.properties
    as_admin check site >out
    grep "1 object compiled, 1 profile would change" out
    value $b1 "\"os\": *\"1.0\""
    as_admin commit -m "a follows" site >out
    grep "^revision 2: 1 file, 1 object compiled, 1 profile changed" out
    value $b1 "\"os\": *\"2.0\""'

ok 'a .loadpath in the cluster goes before the properties, and goes with the folder' '
    printf "profiles\n../../lib/1.0\n../../standard\n" >site/clusters/a/.loadpath
    as_admin commit -m "its own" site >out
    grep "^revision 3: 1 file, 1 object compiled, 1 profile changed" out
    value $b1 "\"os\": *\"1.0\""
    rm site/clusters/a/.loadpath
    as_admin commit -m "as before" site >out
    grep "^revision 4: 1 file, 1 object compiled, 1 profile changed" out
    value $b1 "\"os\": *\"2.0\""'

ok 'a new folder that a pattern matches counts at once' '
    echo "cluster.pan.includes=site/* lib/2.0 standard" >site/clusters/b/cluster.build.properties
    put site/site/x/other.pan "template other; \"/x\" = 1;"
    as_admin commit -m pattern site
    put site/site/a/config/os.pan "template config/os; \"/os\" = \"pattern\";"
    as_admin commit -m matches site >out 2>notes
    grep "1 profile changed" out
    value $b2 "\"os\": *\"pattern\""'

ok 'a name found twice is noted, with the one that counts' '
    grep "warning: template .config/os. is found twice: .site/a/config/os.pan. counts, .lib/2.0/config/os.pan. does not" notes'

ok 'a library of one cluster may change without the objects of the other' '
    put site/lib/1.0/config/os.pan "template config/os; \"/os\" = \"1.1\";"
    put site/lib/2.0/config/os.pan "template config/os; \"/os\" = \"2.1\";"
    as_admin commit -m libraries site >out
    grep "1 object compiled, 1 profile changed" out
    value $b1 "\"os\": *\"2.1\""'

ok 'two files with one object are refused' '
    cp site/clusters/a/profiles/$b1.pan site/clusters/b/profiles/
    code 65 as_admin commit -m twice site 2>err
    grep "object template .$b1. is in two files: .clusters/a/profiles/$b1.pan. and .clusters/b/profiles/$b1.pan." err
    rm site/clusters/b/profiles/$b1.pan'

ok 'a load path that leads out of the tree is refused, with its line' '
    printf "profiles\n../../../lib\n" >site/clusters/a/.loadpath
    code 65 as_admin commit -m out site 2>err
    grep "clusters/a/.loadpath:2" err
    grep "leads out of the tree" err
    rm site/clusters/a/.loadpath'

ok 'an object moves from one cluster to the other' '
    mv site/clusters/a/profiles/$b1.pan site/clusters/b/profiles/
    as_admin commit -m moves site >out
    grep "1 object compiled, 1 profile changed" out
    value $b1 pattern
    mv site/clusters/b/profiles/$b1.pan site/clusters/a/profiles/
    as_admin commit -m "and back" site
    value $b1 "\"os\": *\"2.1\""'

ok 'lines of a file that names lead to from everywhere are annotated; of others the whole path is asked for' '
    as_admin annotate common.pan | grep -q "template common"
    code 1 as_admin annotate config/os.pan 2>err || code 65 as_admin annotate config/os.pan 2>err
    grep "leads to different files from different folders: lib/2.0/config/os.pan, site/a/config/os.pan" err
    as_admin annotate lib/2.0/config/os.pan | grep -q "2.1"'

ok 'it all proves right, after a restart as well' '
    as_admin verify --compile
    server_stop
    server_start
    as_admin verify --compile
    echo "# more" >>site/lib/1.0/config/os.pan
    as_admin commit -m "after a restart" site >out
    grep "1 file, 0 objects compiled" out'

ok 'a push takes the load paths of the folders, and is refused when one is wrong' '
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    git init -q --bare -b main site.git
    as_admin git-export | git -C site.git fast-import --quiet
    mkdir -p home.git/.weft
    printf "server = %s\ncertificate = %s\nkey = %s\nca = %s\n" "$url" "$scratch/pki/anna.crt" "$scratch/pki/anna.key" "$scratch/pki/ca.crt" >home.git/.weft/cdb.conf
    printf "#!/bin/sh\nexport HOME=%s\nexec cdb git-hook\n" "$scratch/home.git" >site.git/hooks/pre-receive
    chmod +x site.git/hooks/pre-receive
    git clone -q site.git work
    cd work
    echo "cluster.pan.includes=lib/1.0 standard" >clusters/a/cluster.build.properties
    git commit -qam "back to 1.0"
    git push -q 2>out
    value $b1 "\"os\": *\"1.1\""
    echo "cluster.pan.includes=standard" >clusters/a/cluster.build.properties
    git commit -qam "nothing"
    not git push -q 2>out
    grep "template .config/os. not found" out'

done_testing
