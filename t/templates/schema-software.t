#!/bin/sh
# /software: packages and the functions that edit them, repositories, components.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/templates/node.sh"

# packages 'statements' 'json': what /software/packages is afterwards
packages() { compile "$1" && jq -c .software.packages lxb001.json >got && echo "$2" >want && same want got; }
p='"/software/packages"'
ok 'pkg_add adds a package in a version' 'packages "$p = pkg_add(\"gcc\", \"12.2-1\");" "{\"gcc\":{\"_312_2e2_2d1\":{\"arch\":{\"x86_64\":\"\"}}}}"' 
ok 'without a version, any will do' 'packages "$p = pkg_add(\"gcc\");" "{\"gcc\":{}}"'
ok 'names are escaped' 'packages "$p = pkg_add(\"libstdc++6\", \"1\", \"noarch\");" "{\"libstdc_2b_2b6\":{\"_31\":{\"arch\":{\"noarch\":\"\"}}}}"'
ok 'pkg_repl leaves one version' 'packages "$p = pkg_add(\"gcc\", \"1\"); $p = pkg_repl(\"gcc\", \"2\");" "{\"gcc\":{\"_32\":{\"arch\":{\"x86_64\":\"\"}}}}"'
ok 'two architectures of one version' 'packages "$p = pkg_add(\"glibc\", \"1\"); $p = pkg_add(\"glibc\", \"1\", \"i686\");" "{\"glibc\":{\"_31\":{\"arch\":{\"i686\":\"\",\"x86_64\":\"\"}}}}"'
ok 'two versions when that is meant' 'packages "$p = pkg_add(\"kernel\", \"1\"); $p = pkg_add(\"kernel\", \"2\", \"x86_64\", \"multi\");" "{\"kernel\":{\"_31\":{\"arch\":{\"x86_64\":\"\"}},\"_32\":{\"arch\":{\"x86_64\":\"\"}}}}"'
refused 'two versions by mistake' "$p = pkg_add('gcc', '1'); $p = pkg_add('gcc', '2');" 'pkg_add: gcc is already there in version 1 (wanted: 2)'
ok 'pkg_ronly changes what is there and adds nothing' 'packages "$p = pkg_add(\"a\", \"1\"); $p = pkg_ronly(\"a\", \"2\"); $p = pkg_ronly(\"b\", \"2\");" "{\"a\":{\"_32\":{\"arch\":{\"x86_64\":\"\"}}}}"'
ok 'pkg_del takes a package out, or one version' 'packages "$p = pkg_add(\"a\", \"1\"); $p = pkg_add(\"b\", \"1\"); $p = pkg_add(\"b\", \"2\", \"x86_64\", \"multi\"); $p = pkg_del(\"a\"); $p = pkg_del(\"b\", \"1\"); $p = pkg_del(\"c\");" "{\"b\":{\"_32\":{\"arch\":{\"x86_64\":\"\"}}}}"'
ok 'the last version takes the package with it' 'packages "$p = pkg_add(\"a\", \"1\"); $p = pkg_del(\"a\", \"1\");" "{}"'
refused 'a name no package can have' "$p = pkg_add('a b', '1');" 'a b cannot be the name of a package'
refused 'a version no package can have' "$p = pkg_add('a', '1/2');" '1/2 cannot be a version'
refused 'an architecture nobody builds' "$p = pkg_add('a', '1', 'x86');" 'x86 is no architecture of packages'

mkdir repository
cat >repository/base.pan <<'END'
structure template repository/base;
'name' = 'base';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/base'));
'gpgkey' = list('file:///etc/key.asc');
END
sed 's/base/extra/g' repository/base.pan >repository/extra.pan
r='"/software/repositories"'
ok 'add_repositories instantiates templates, each once' '
    compile "$r = add_repositories(list(\"base\", \"extra\")); $r = add_repositories(list(\"base\"));" &&
    jq -c "[.software.repositories[].name]" lxb001.json | grep -Fx "[\"base\",\"extra\"]"'
ok 'del_repositories takes them out by name' '
    compile "$r = add_repositories(list(\"base\", \"extra\")); $r = del_repositories(list(\"base\"));" &&
    jq -c "[.software.repositories[].name]" lxb001.json | grep -Fx "[\"extra\"]"'
refused 'a repository twice' "$r = list(create('repository/base'), create('repository/base'));" 'two repositories are called base'
refused 'signatures without a key' "$r = list(create('repository/base', 'gpgkey', null));" 'repository base checks signatures and names no key'
refused 'a URL of another protocol' "$r = add_repositories(list('base')); '/software/repositories/0/protocols/0/name' = 'ftp';" \
    'is not of protocol ftp'
refused 'a package from a repository nobody defined' "$p = dict('a', dict('_31', dict('arch', dict('x86_64', 'nowhere'))));" \
    'no repository is called nowhere'
good 'a package from a repository' "$r = add_repositories(list('base')); $p = dict('a', dict('_31', dict('arch', dict('x86_64', 'base'))));"
refused 'a kernel that is not installed' "$p = pkg_add('kernel', '1'); '/system/kernel/version' = '2';" \
    'kernel 2 is to be booted and in no package'
good 'a kernel that is' "$p = pkg_add('kernel', '2'); '/system/kernel/version' = '2';"

refused 'a component that waits for one the node does not have' "'/software/components/cron/dependencies/pre' = list('spma');" \
    'component cron runs after component spma, which this node does not have'
c="'/software/components'" on="'active', true, 'dispatch', true, 'dependencies'"
refused 'REQ-E-9: components that wait for each other in a circle' "$c = dict('a', dict($on, dict('pre', list('b'))), 'b', dict($on, dict('pre', list('c'))), 'c', dict($on, dict('post', list('x'))), 'd', dict($on, dict('pre', list('b'), 'post', list('c'))), 'x', dict('active', true, 'dispatch', true));" 'the components depend on each other in a cycle: '
ok 'with each of them in its order' 'grep -Eq "cycle: (b -> c -> d -> b|c -> d -> b -> c|d -> b -> c -> d)$" said || { cat said; false; }'
refused 'REQ-E-9: one that waits for itself' "$c = dict('a', dict($on, dict('pre', list('a'))));" 'the components depend on each other in a cycle: a -> a'
good 'who waits for whom without a circle is good' "$c = dict('a', dict($on, dict('pre', list('b', 'c'))), 'b', dict($on, dict('pre', list('c'))), 'c', dict($on, dict('post', list('a'))));"
good 'a component with fields of its own' "'/software/components/cron/entries' = list();"
refused 'a component that is neither on nor off' "'/software/components/cron/active' = 'yes';" '/software/components/cron/active'
done_testing
