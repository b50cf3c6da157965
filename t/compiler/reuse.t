#!/bin/sh
# What was evaluated for one object and put in place for the next is what evaluating it again would give: files,
# dependencies, origins and messages, with one job and with two, for whatever templates.
. "${WEFT_SRC:-.}/t/lib.sh"

gen=$WEFT_SRC/t/compiler/site-gen
lang=$WEFT_SRC/t/compiler/lang
seeds=${SEEDS:-6}

# outcome NAME option...: the files and messages of all objects under profiles/
outcome() {
    rm -rf "$1"; mkdir "$1"; to=$1; shift
    panc --formats pan,json,dep,origins -I profiles:site:"$lang" -o "$to" "$@" profiles/*.pan >"$to.said" 2>&1 || test $? = 1
}
same() {
    outcome each --no-reuse && outcome one -j1 && outcome two -j2 &&
        diff -r each one && diff -r each two && diff each.said one.said && diff each.said two.said
}

# A case of lang/ as it is for three objects: the first records, the others find what it did.
cases() {
    rm -rf profiles site; mkdir profiles site
    for file in "$lang"/[0-9]*.pan; do
        name=${file##*/}; name=${name%.pan}
        grep -q '^# options: ' "$file" && continue
        grep -Eqw 'debug|traceback|deprecated' "$file" && continue
        sed "s#^object template $name *;#template body-$name;#" "$file" >"site/body-$name.pan"
        for n in 1 2 3; do
            printf "object template case-%s-%s;\nvariable NUMBER = %s;\n'/own/number' = NUMBER;\ninclude 'body-%s';\n" "$name" $n $n "$name" >"profiles/case-$name-$n.pan"
        done
    done
}
ok 'each case of the language, three objects each' '
    cases && same && test "$(ls one/*.json | wc -l)" -ge 150'
# Code that knows the object's name is run for each; the loops and create() in it are not.
ok 'the same with code that is different for each object' '
    cases && sed -i "s/= {/= { its_name = OBJECT;/" site/body-*.pan && same && test "$(ls one/*.json | wc -l)" -ge 150'
library=$WEFT_SRC/templates
ok 'the example site' '
    rm -rf profiles site && mkdir profiles site && cp "$library"/example/clusters/*/profiles/*.pan profiles/ &&
        lang=$(sed "s|^|$library/|; s|/\.$||" "$library/example/include-path" | paste -sd:) && same && test "$(ls one/*.json | wc -l)" -ge 5'
lang=$WEFT_SRC/t/compiler/lang

# Statements of all cases in one long template, in another order for each seed: most fail somewhere, alike.
mixture() {
    cases; rm -f profiles/*; mkdir -p site
    perl -e '
        my ($seed, $dir) = @ARGV; srand $seed;
        my @names = map { m{body-(.*)\.pan$} } sort glob "$dir/body-*.pan";
        for my $set (1 .. 40) {
            my @some = map { $names[rand @names] } 1 .. 4;
            for my $n (1 .. 4) {
                open my $f, ">", "profiles/mix-$set-$n.pan" or die;
                print $f "object template mix-$set-$n;\nvariable NUMBER = ", $n % 2, ";\n",
                    map { "include \x27body-$_\x27;\n" } $n == 4 ? reverse @some : @some;
            }
        }' "$1" site
}
seed=1
while [ $seed -le "$seeds" ]; do
    ok "mixed cases, seed $seed" 'mixture $seed && same'
    seed=$((seed + 1))
done

empty() { rm -rf profiles site && mkdir profiles site; }
ok 'a dict that is known by two names stays one when the template runs again' '
    empty
    cat >site/twice.pan <<EOF
template twice;
"/d" = {
    foreach (i; key; list("b", "c")) if (!exists(SELF[key])) SELF[key] = dict("v", 9);
    foreach (i; key; list("b", "c")) SELF[key]["n"] = i;
    if (exists(SELF["a"])) SELF["a"]["again"] = 1;
    SELF["a"] = SELF["c"];
    SELF;
};
EOF
    for n in 1 2 3; do echo "object template two-names-$n; \"/d/q\" = 0; include \"twice\"; include \"twice\";" >profiles/two-names-$n.pan; done
    same
    grep -c again one/two-names-3.json | grep -qx 2'
ok 'removing what is not there makes what is above it, also when that was there for another' '
    empty
    cat >site/gone.pan <<EOF
template gone;
"/d" = {
    foreach (i; key; list("b", "c")) SELF[key] = dict("v", 9);
    foreach (i; key; list("b", "c")) SELF[key]["n"] = i;
    SELF;
};
"/wide/k" = null;
EOF
    printf "object template above-1; \"/wide/x\" = 1; include \"gone\";" >profiles/above-1.pan
    printf "object template above-2; include \"gone\";" >profiles/above-2.pan
    same
    grep -q wide one/above-2.json'

# A real site with mistakes and surprises in it.
mutate() {
    rm -rf profiles site && "$gen" --nodes 24 --out site && mv site/profiles . && perl -e '
        my ($seed) = @ARGV; srand $seed;
        my @files = (glob("site/site/*.pan"), glob("site/role/*.pan"), glob("site/service/*.pan"), glob("site/hardware/*/*.pan"), glob("site/schema/*.pan"), glob("profiles/*.pan"));
        my @paths = qw(/system/network /system/filesystems /software/packages /hardware /software/components/cron/entries /system/users);
        for (1 .. 2 + rand 6) {
            my $file = $files[rand @files];
            open my $f, "<", $file or die; my @line = <$f>; close $f;
            my @at = grep { $line[$_] =~ /^\S.*;$/ && $_ > 0 } 0 .. $#line or next;
            my $i = $at[rand @at];
            my $path = $paths[rand @paths];
            my $what = int rand 8;
            if ($what == 0) { splice @line, $i, 1 }
            elsif ($what == 1) { my $j = $at[rand @at]; @line[$i, $j] = @line[$j, $i] }
            elsif ($what == 2) { splice @line, $i, 0, $line[$i] }
            elsif ($what == 3) { splice @line, $i + 1, 0, "\x27/extra\x27 = { SELF[length(SELF)] = value(\x27$path\x27, list()); SELF; };\n" }
            elsif ($what == 4) { splice @line, $i + 1, 0, "\x27$path\x27 = { if (is_dict(SELF)) SELF[\x27extra\x27] = OBJECT; SELF; };\n" }
            elsif ($what == 5) { splice @line, $i + 1, 0, "variable EXTRA = { x = if (exists(EXTRA)) EXTRA else list(); x[length(x)] = exists(\x27$path\x27); x; };\n\x27/extra\x27 ?= EXTRA;\n" }
            elsif ($what == 6) { splice @line, $i + 1, 0, "include if_exists(\x27service/none\x27);\nfinal \x27$path\x27 ?= null;\n" }
            else { $line[$i] =~ s/(\d+)/$1 + 1/e }
            open $f, ">", $file or die; print $f @line; close $f;
        }' "$1"
}
seed=1
while [ $seed -le "$seeds" ]; do
    ok "changed site, seed $seed" 'mutate $seed && same'
    seed=$((seed + 1))
done
done_testing
