#!/bin/sh
# Public template libraries compile. PAN_LIBRARY names folders, separated by ':', that are the include path; the
# first holds the templates to try: a copy of github.com/quattor/template-library-core, say. Every template is
# read; an object template includes every declaration template. With PAN_LIBRARY_EXPECT, a folder of profiles
# that another compiler made of the objects this test writes (PAN_LIBRARY_KEEP=dir keeps them), the profiles
# must be the same, byte for byte. PAN_LIBRARY_SITE is text for the object that includes all, such as
# variables that a site has to set: "variable METACONFIG_ELASTICSEARCH_VERSION = '8.1';" and the same for KIBANA and
# LOGSTASH ('7.0') make all of template-library-core that can be together, 246 of 263.
. "${WEFT_SRC:-.}/t/lib.sh"
[ -n "$PAN_LIBRARY" ] || skip_all 'PAN_LIBRARY names no copy of a template library'
first=${PAN_LIBRARY%%:*}
objects=${PAN_LIBRARY_KEEP:-$scratch/objects}
mkdir -p "$objects" out

# Below $objects/of: one object for each template of the first folder.
perl -MFile::Find -MFile::Path=make_path -MFile::Basename -we '
    my ($from, $to) = @ARGV;
    my @found;
    find({no_chdir => 1, wanted => sub { push @found, $_ if /\.(pan|tpl)$/ }}, $from);
    open my $declarations, ">", "declarations" or die;
    for my $file (sort @found) {
        open my $in, "<", $file or die; local $/; my $text = <$in>;
        $text =~ /^[ \t]*(?:(object|structure|unique|declaration)[ \t]+)?template[ \t]+([\w.+\/-]+)[ \t]*;/m or next;
        my ($kind, $name) = ($1 // "", $2);
        next if $kind eq "object" || $file !~ m{/\Q$name\E\.\w+$};
        my $object = "of/$name";
        make_path(dirname("$to/$object"));
        open my $out, ">", "$to/$object.pan" or die;
        print $out "object template $object;\ninclude if_exists(\x27components/spma/functions\x27);\n";
        print $out $kind eq "structure" ? "\x27/x\x27 = create(\x27$name\x27);\n" : "\x27/x\x27 = 1;\ninclude \x27$name\x27;\n";
        print $declarations "$name\n" if $kind eq "declaration";
    }
' "$first" "$objects"

# Does the object compile that includes the templates of the file list? One that fails is taken out and put into
# the file missing, with the reason in why. A binding that waits for values of a site is no fault.
together() {
    : >missing; : >why
    while :; do
        { echo "object template all;"; echo "'/x' = 1;"; echo "$PAN_LIBRARY_SITE"; sed "s/.*/include '&';/" list; } >"$objects/all.pan"
        # shellcheck disable=SC2046  # a list of names without blanks
    panc -I "$PAN_LIBRARY:$objects" -o out --formats json "$objects/all.pan" >said 2>&1 && return
        grep -q "the element does not exist" said && return
        line=$(sed -n "s#^  included from .*/all.pan:\([0-9]*\):.*#\1#p" said | tail -1)
        failed=$(sed -n "${line:-0}s/^include '\(.*\)';/\1/p" "$objects/all.pan" 2>/dev/null)
        [ -n "$failed" ] || { cat said; return 1; }
        echo "$failed" >>missing
        sed -n "/error: /{s/.*error: /$(echo "$failed" | sed 's#/#\\/#g'): /;p;q}" said >>why
        grep -vx "$failed" list >less; mv less list
    done
}

ok 'every template can be read' '
    find "$first" -name "*.pan" -o -name "*.tpl" >files
    xargs panc -I "$PAN_LIBRARY" --formats none <files'
# Some go on from what others declare: those that miss something are tried again, behind the others.
ok 'an object can include declaration templates together' '
    { echo pan/types; grep -vx pan/types declarations; } >list
    for round in 1 2 3; do
        together
        [ -s missing ] || break
        cat missing >>list
    done
    together'
echo "# $(wc -l <list) of $(wc -l <declarations) declaration templates in one object"
# What is left are other versions of a schema that is in, and choices a site has to make by a variable.
ok 'all that are not another version of one that is in' '
    cat why; ! grep -vE "is defined already$|: variable named .* is undefined$" why'
ok '... and each of those is as good in an object without that one' '
    while read -r name; do
        { echo "object template alone;"; echo "$PAN_LIBRARY_SITE"; echo "include '\''$name'\'';"; } >alone.pan
        panc -I "$PAN_LIBRARY:." -o out --formats json alone.pan >said 2>&1 || grep -q "the element does not exist\|unknown type\|is undefined" said || { echo "$name"; cat said; false; }
    done <missing'
if [ -n "$PAN_LIBRARY_EXPECT" ]; then
    panc -I "$PAN_LIBRARY:$objects" -o out --formats json $(find "$objects/of" -name "*.pan") >said 2>&1
    ok 'the profiles are those another compiler made' '
        diff -r "$PAN_LIBRARY_EXPECT/of" out/of'
else
    skip 'the profiles are those another compiler made' 'PAN_LIBRARY_EXPECT names no folder of profiles'
fi
done_testing
