#!/bin/sh
# pan-annotations writes what a template declares with the annotations before it, as XML and as JSON.
. "${WEFT_SRC:-.}/t/lib.sh"

mkdir -p lib/site out
cat >lib/site/net.pan <<'END'
@{ desc = the network }
declaration template site/net;

@use{ a = 1
b = "x ""y""" }
@( plain )
final variable NET ?= list(1);
@{dropped}
include 'site/other';
@doc{ desc = <&> }
function f = { ARGV[0] };
type host = extensible {
    include base
    @{the address}
    'ip' : string(7..15) = '10.0.0.1'
    'gws' ? { 'metric' : long(1..) = 2 + 3 }[]
    'motd' ? string = <<END2
hello
END2
} with true;
bind '/net' = host{};
END
cat >want <<'END'
<?xml version="1.0" encoding="UTF-8"?><template xmlns="http://quattor.org/pan/annotations" name="site/net" source-range="2.1-2.30" type="DECLARATION">
    <desc>the network</desc>
    <variable name="NET" source-range="7.1-7.30">
        <desc> plain </desc>
        <use>
            <a>1</a>
            <b>x "y"</b>
        </use>
    </variable>
    <function name="f" source-range="11.1-11.25">
        <doc>
            <desc>&lt;&amp;&gt;</desc>
        </doc>
    </function>
    <type name="host" source-range="12.1-20.12">
        <basetype source-range="12.13-20.1" extensible="true">
            <include name="base" source-range="13.13-13.16"/>
            <field name="ip" source-range="15.5-15.8" required="true">
                <desc>the address</desc>
                <basetype name="string" source-range="15.12-15.24" extensible="false" range="7..15"/>
                <default source-range="15.28-15.37" text="10.0.0.1"/>
            </field>
            <field name="gws" source-range="16.5-16.9" required="false">
                <basetype source-range="16.13-16.44" extensible="false">
                    <field name="metric" source-range="16.15-16.22" required="true">
                        <basetype name="long" source-range="16.26-16.34" extensible="false" range="1.."/>
                    </field>
                </basetype>
            </field>
            <field name="motd" source-range="17.5-17.10" required="false">
                <basetype name="string" source-range="17.14-17.19" extensible="false"/>
                <default source-range="17.23-17.28" text="hello&#10;"/>
            </field>
        </basetype>
    </type>
    <basetype name="host" source-range="21.15-21.18" extensible="false"/>
</template>
END

ok 'XML: variables, functions, types and fields, each with its annotations, nearest first' '
    pan-annotations --base-dir lib --output-dir out site/net.pan
    same want out/site/net.pan.annotation.xml
    xmllint --noout out/site/net.pan.annotation.xml'
ok 'JSON says the same' '
    pan-annotations --json --base-dir lib --output-dir out site/net.pan
    jq -r ".statements[2].basetype.fields[] | select(.kind == \"field\") | [.name, .required, .annotations.desc, .default.text] | @tsv" \
        out/site/net.pan.annotation.json >got
    printf "ip\ttrue\tthe address\t10.0.0.1\ngws\tfalse\t\t\nmotd\tfalse\t\thello\\\\n\n" | same - got
    jq -e ".statements[0].annotations == {desc: \" plain \", use: {a: \"1\", b: \"x \\\"y\\\"\"}}" out/site/net.pan.annotation.json'
ok 'a file without annotations gets one too' '
    printf "structure template e;\n" >lib/e.tpl; pan-annotations --base-dir lib --output-dir out e.tpl
    grep -q "name=\"e\" source-range=\"1.1-1.21\" type=\"STRUCTURE\"/>" out/e.tpl.annotation.xml'
ok '-v names what was written, -q does not' '
    pan-annotations -v --base-dir lib --output-dir out e.tpl 2>err; echo out/e.tpl.annotation.xml | same - err
    pan-annotations -qv --base-dir lib --output-dir out e.tpl 2>err; ! test -s err'
ok 'a broken template is told with its place, the others are written' '
    printf "template bad;\nvariable X = ;\n" >lib/bad.pan; rm out/e.tpl.annotation.xml
    code 1 pan-annotations --base-dir lib --output-dir out bad.pan e.tpl 2>err
    grep -q "^lib/bad.pan:2:14: error: expected a value" err; test -e out/e.tpl.annotation.xml; ! test -e out/bad.pan.annotation.xml'
ok 'without files it says how to call it' 'code 1 pan-annotations 2>err; grep -q "which templates" err'
ok 'every template of the library can be documented' '
    (cd "$WEFT_SRC/templates" && find . -name "*.pan") >list
    pan-annotations --base-dir "$WEFT_SRC/templates" --output-dir doc $(cat list)
    test "$(find doc -name "*.xml" | wc -l)" = "$(wc -l <list)"; find doc -name "*.xml" -exec xmllint --noout {} +'
done_testing
