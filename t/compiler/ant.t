#!/bin/sh
# Build files that take their tasks from the jar of the classic compiler run with ours in its place.
. "${WEFT_SRC:-.}/t/lib.sh"
command -v ant >/dev/null || skip_all 'there is no ant'

jar=$WEFT_SRC/compiler/ant
mkdir -p cfg/profiles/clusters cfg/lib/site out doc log
cat >cfg/profiles/a.tpl <<'END'
object template a;
include 'site/v';
'/x' = V;
END
cat >cfg/profiles/clusters/b.tpl <<'END'
object template clusters/b;
include 'site/v';
'/x' = V;
END
cat >cfg/lib/site/v.tpl <<'END'
@{ desc = what all have }
unique template site/v;
variable V = { debug('seen'); 7 };
END
cat >build.xml <<'END'
<project name="site" basedir=".">
  <property name="panc.jar" location="/nowhere/panc.jar"/>
  <property name="check" value="true"/>
  <property name="debug" value=""/>
  <property name="names" value=" a.tpl clusters/b.tpl"/>
  <taskdef resource="org/quattor/ant/panc-ant.xml" classpath="${panc.jar}"/>
  <path id="search">
    <pathelement location="cfg/lib"/>
    <pathelement location="cfg/missing"/>
    <pathelement location="cfg/profiles"/>
  </path>
  <target name="broker">
    <panc outputDir="out" verbose="true" batchSize="1000" checkDependencies="${check}" formats="pan.gz,json,dep"
          debugNsInclude="${debug}" debugNsExclude="">
      <path refid="search"/>
      <fileset dir="cfg/profiles" includes="${names}"/>
    </panc>
  </target>
  <target name="site">
    <panc-version/>
    <panc-check-syntax warnings="on" verbose="true">
      <fileset dir="cfg"/>
    </panc-check-syntax>
    <panc-annotations baseDir="cfg" outputDir="doc" verbose="true">
      <fileset dir="cfg"/>
    </panc-annotations>
    <panc outputDir="out" includeroot="${basedir}/cfg" includes="lib profiles" formats="pan" warnings="on"
          verbose="true" maxIteration="5000" logging="none" logfile="log/panc.log"
          ignoreDependencyPattern="repository/[\w\.\-]+$" debugNsInclude="^$" debugNsExclude=".+">
      <fileset dir="cfg/profiles" includes="*.tpl"/>
    </panc>
  </target>
</project>
END
run() { ant -Dpanc.jar="$jar" "$@" >log/ant 2>&1; }

ok 'path, fileset and formats are what the broker wants' '
    run broker
    test "$(cat out/a.json out/clusters/b.json | tr -d " \n")" = "{\"x\":7}{\"x\":7}"
    test -f out/clusters/b.xml.gz
    test -f out/clusters/b.dep'
ok 'no file, nothing to do' 'run -Dnames=none.tpl broker'
mkdir said
cat >said/panc <<END
#!/bin/sh
printf '%s\n' "\$@" >$PWD/log/words
exec $(command -v panc) "\$@"
END
chmod +x said/panc
ok 'what is up to date is asked for, or all; what is not set is not said' '
    PATH=$PWD/said:$PATH run broker
    grep -qx -e --check-deps log/words
    code 1 grep -e "=\$" -e "=@" -e =true log/words
    PATH=$PWD/said:$PATH run -Dcheck=false broker
    code 1 grep -e check-deps log/words'
ok 'debug output is on where it is asked for' '
    run -Dcheck=false broker
    code 1 grep -q seen log/ant
    run -Dcheck=false -Ddebug="^site/.*" broker
    grep -q seen log/ant'
ok 'version, syntax, annotations and profiles of a site with folders by pattern' '
    run site
    grep -q "panc-version. pan compiler version" log/ant
    grep -q "what all have" doc/lib/site/v.tpl.annotation.xml
    test -f doc/profiles/clusters/b.tpl.annotation.xml
    test -f out/a.xml
    test ! -f out/clusters/b.xml'
ok 'a mistake fails the build and is shown' '
    echo "template site/w; variable W = ;" >cfg/lib/site/w.tpl
    code 1 run site
    grep -q "w.tpl:1:31: parse error" log/ant
    rm cfg/lib/site/w.tpl
    echo "object template c; include \"site/v\"; \"/x\" = V + true;" >cfg/profiles/c.tpl
    code 1 run -Dnames=c.tpl broker
    grep -q "c.tpl:1:.*evaluation error" log/ant'
done_testing
