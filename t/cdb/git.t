#!/bin/sh
# git in both directions (REQ-A-4): a repository is taken over with its history and comes out again the same; a push is a
# commit, and a push that breaks a node is refused with the compiler's words. The last part is README's "From nothing to a
# git push that changes a node", step by step.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME='Anna Exämple' GIT_AUTHOR_EMAIL=anna@example.org \
    GIT_COMMITTER_NAME='Ben Example' GIT_COMMITTER_EMAIL=ben@example.org GIT_TERMINAL_PROMPT=0
unset GIT_DIR GIT_WORK_TREE

# A history with a broken commit in the middle, a merge, a rename, a removal, a file that is no template, odd names.
git init -q -b main repo && cd repo || exit 99
cp -R ../site/. . && git add -A && GIT_AUTHOR_DATE='2024-01-02T03:04:05+0000' GIT_COMMITTER_DATE='2024-01-02T03:04:05+0000' git commit -qm 'the site'
printf 'object template ;\n' >profiles/broken.pan && git add -A && git commit -qm 'does not compile
yet, and the message has two lines'
git rm -q profiles/broken.pan && printf '.\nprofiles\n' >.loadpath && git add -A && git commit -qm 'mended'
git checkout -q -b side HEAD~1 && printf 'template service/side;\n' >service/side.pan && git rm -q profiles/broken.pan && git add -A && git commit -qm 'on the side'
git checkout -q main && git mv service/time.pan service/clock.pan && sed -i s,service/time,service/clock, service/clock.pan profiles/$b1.pan && git add -A && git commit -qm 'time is clock'
git merge -q --no-edit side
printf '\0\001binary\377' >logo && printf 'x\n' >'"quoted" and bl nk' && printf 'y\n' >'été' && git add -A && git commit -qm 'files'
cd ..
server_start || exit 99

ok 'REQ-A-4: what an import would do is shown first' 'as_admin git-import -n repo >out && grep -q "^added on 1 node: $b1" out && [ -z "$(as_admin log)" ]'
ok 'REQ-A-4: a repository is imported with its history' '
    as_admin git-import repo >out && grep -q "^revision 6: .* 3 profiles changed" out && [ "$(as_admin log | wc -l)" = 6 ] && ask $b1 /profiles/$b1.xml | grep -q ntp1'
ok 'authors, times and messages are those of git; who did it is told too' '
    as_admin show 1 >out && grep -qx "author   Anna Exämple <anna@example.org>" out && grep -qx "by       CN=admin,O=Weft" out && grep -q "^origin   git [0-9a-f]\{40\}$" out &&
    as_admin log --json -l 1000 | jq -e ".revisions[-1].time == 1704164645" && as_admin show 2 | grep -q "yet, and the message has two lines" &&
    as_admin get --at 2 profiles/broken.pan | grep -q "object template ;"'
ok 'it comes out again with the same trees, authors and messages' '
    as_admin tag delivered 3 && git init -q -b main out.git && as_admin git-export | git -C out.git fast-import --quiet &&
    git -C repo log --first-parent --format="%T %an %ae %ct%n%B" >want && git -C out.git log --format="%T %an %ae %ct%n%B" >got && same want got &&
    [ "$(git -C out.git rev-parse delivered)" = "$(git -C out.git rev-parse main~3)" ]'
ok 'an import again brings what is new' '
    code 1 as_admin git-import repo && sed -i s/ntp1/ntp2/ repo/service/clock.pan && git -C repo commit -qam "ntp2" && as_admin git-import repo >out &&
    grep -q "^revision 7: 1 file, 1 object compiled, 1 profile changed" out && ask $b1 /profiles/$b1.xml | grep -q ntp2'
ok 'a repository that does not compile is refused whole' '
    git clone -q repo bad && echo "nonsense" >>bad/service/base.pan && git -C bad commit -qam bad && echo "# more" >>bad/service/base.pan && git -C bad commit -qam worse &&
    code 65 as_admin git-import bad 2>err && grep -q "^service/base.pan:" err && [ "$(as_admin log | wc -l)" = 7 ]'
ok 'what links within the tree lead to is there under both names, and changes with it; other links are told' '
    git clone -q repo links
    ln -s /etc/passwd links/link
    ln -s service links/served
    printf "unique template served/tick;\n" >links/service/tick.pan
    git -C links add -A
    git -C links commit -qm links
    as_admin git-import -n links >out 2>err
    grep -qx "cdb: warning: .link. is left out: a link that leads out of the tree" err
    git -C links rm -q link
    git -C links commit -qm "no link"
    git clone -q links links2
    sed -i "s/ntp[0-9]/ntp7/" links2/service/clock.pan
    git -C links2 commit -qam ntp7
    as_admin git-import -n links2 2>err >out
    test ! -s err'
ok 'a hash that is none deletes nothing' '
    past() { ask admin /api/v1/history -d "{\"commits\":[{\"author\":\"a\",\"changes\":[{\"path\":\"service/base.pan\",$1}]}]}"; }
    for change in "\"hash\":\"\"" "\"hash\":\"$(printf x | sha256sum | cut -c1-64 | tr a-f A-F)\"" "\"hash\":\"abcd\"" "\"before\":\"x\",\"delete\":true" "\"delete\":false" "\"text\":\"x\""; do
        past "$change" | grep -e "64 digits" -e "needs one of .hash. and .delete." || exit 1
    done; as_admin get service/base.pan >/dev/null && [ "$(as_admin log | wc -l)" = 7 ]'
ok 'another repository is no import' 'git init -q -b main strange && git -C strange commit -q --allow-empty -m x && code 1 as_admin git-import strange 2>err && grep -q "holds something else" err'
ok 'it all proves right' 'as_admin verify --compile'
ok 'what refused imports sent stays for an hour, over a restart too' '
    as_admin verify --collect | grep -qx "0 contents nothing referred to are gone" && server_kill && server_start &&
    as_admin verify --collect --compile | grep -qx "0 contents nothing referred to are gone" && as_admin git-export | grep -q "^commit refs/heads/main"'

# ---- from nothing to a git push that changes a node: README.md, man/cdb.1
ok 'a bare repository gets the hook and what the database holds' '
    git init -q --bare -b main site.git && as_admin git-export | git -C site.git fast-import --quiet &&
    mkdir -p home.git/.weft && printf "server = %s\ncertificate = %s\nkey = %s\nca = %s\n" "$url" "$scratch/pki/anna.crt" "$scratch/pki/anna.key" "$scratch/pki/ca.crt" >home.git/.weft/cdb.conf &&
    printf "#!/bin/sh\nexport HOME=%s\nexec cdb git-hook\n" "$scratch/home.git" >site.git/hooks/pre-receive && chmod +x site.git/hooks/pre-receive && git clone -q site.git work'
ok 'a push is a commit, and changes the node' '
    sed -i s/ntp2/ntp3/ work/service/clock.pan && git -C work commit -qam "ntp3 is the time server" && git -C work push origin main 2>err && cat err &&
    grep -q "remote: revision 8: 1 file, 1 object compiled, 1 profile changed" err && ask $b1 /profiles/$b1.xml | grep -q ntp3 &&
    as_admin show 8 >out && grep -qx "by       CN=anna,O=Weft" out && grep -q "ntp3 is the time server" out'
ok 'a push that breaks a node is refused with file, line and caret; nothing changes' '
    sed -i "s/list(/lst(/" work/service/clock.pan && git -C work commit -qam wrong && code 1 git -C work push origin main 2>err && cat err &&
    grep -q "remote: service/clock.pan:9:39: error: undefined function .lst." err && grep -q "remote: hint: did you mean .list." err && grep -q "remote:   in 1 object: $b1" err &&
    grep -q "pre-receive hook declined" err && ask $b1 /profiles/$b1.xml | grep -q ntp3 && [ "$(git -C site.git rev-parse main)" != "$(git -C work rev-parse main)" ]'
ok 'several commits are pushed together: only the last must compile' '
    sed -i "s/lst(/list(/;s/ntp3/ntp4/" work/service/clock.pan && git -C work commit -qam "right again" && git -C work push origin main 2>err && grep -q "1 commits came with it" err &&
    as_admin log -l 2 | grep -q " wrong$" && ask $b1 /profiles/$b1.xml | grep -q ntp4 && as_admin verify --compile'
ok 'another branch is nobody else'\''s matter' 'git -C work checkout -q -b try && echo junk >>work/service/clock.pan && git -C work commit -qam try && git -C work push -q origin try && git -C work checkout -q main'
ok 'history is not rewritten' 'git -C work commit -q --amend -m other && code 1 git -C work push -f origin main 2>err && grep -q "does not follow what is there" err && code 1 git -C work push origin :main && git -C work reset -q --hard origin/main'
ok 'what somebody committed without git is not overwritten' '
    printf "%s\n" "template service/side;" "# by cdb" >side && as_admin open -m "by cdb" && as_admin put service/side.pan side && as_admin commit && echo "# by git" >>work/service/side.pan && git -C work commit -qam "by git" &&
    code 1 git -C work push origin main 2>err && grep -q "remote: conflict: .service/side.pan. was changed in revision 11 by CN=admin,O=Weft" err'
ok 'it is brought into the repository, and then the push goes' '
    as_admin git-export --since 10 | git -C site.git fast-import --quiet && git -C work reset -q --hard HEAD~1 && git -C work pull -q --rebase && grep -qx "# by cdb" work/service/side.pan &&
    echo "# by git" >>work/service/side.pan && git -C work commit -qam "by git" && git -C work push -q origin main && as_admin get service/side.pan | grep -qx "# by git"'
ok 'no server: the push is refused' 'server_stop && echo "# z" >>work/service/side.pan && git -C work commit -qam z && code 1 git -C work push origin main 2>err && grep -q "is cdbd running there" err'
done_testing
