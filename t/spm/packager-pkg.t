#!/bin/sh
# The packager for Solaris packages, with stand-ins for pkginfo, pkgadd, pkgrm and pkgchk that answer in the words of
# the real ones and keep their packages in a folder.
. "${WEFT_SRC:-.}/t/lib.sh"
mkdir bin db pkgs
PATH=$PWD/bin:$PATH
cat >bin/pkginfo <<'END'
#!/bin/sh
cat "$SCRATCH"/db/* 2>/dev/null || { echo 'ERROR: information for "all" was not found' >&2; exit 1; }
END
cat >bin/pkgadd <<'END'
#!/bin/sh
echo "pkgadd $*" | sed 's/ -a [^ ]*//' >>"$SCRATCH/calls"
while [ $# -gt 1 ]; do [ "$1" = -d ] && file=$2; shift; done
grep -q bad "$file" && { echo 'pkgadd: ERROR: no package associated with <bad>' >&2; exit 1; }
cp "$file" "$SCRATCH/db/$1"
END
cat >bin/pkgrm <<'END'
#!/bin/sh
echo "pkgrm $*" | sed 's/ -a [^ ]*//' >>"$SCRATCH/calls"
while [ $# -gt 1 ]; do shift; done
rm "$SCRATCH/db/$1"
END
cat >bin/pkgchk <<'END'
#!/bin/sh
grep -l changed "$SCRATCH"/db/* >/dev/null && { echo 'ERROR: /etc/inet/ntp.conf' >&2; echo '    modtime <03/20/05 11:14:05 PM> expected <01/01/26 10:00:00 AM> actual' >&2; exit 1; }
exit 0
END
chmod +x bin/*
export SCRATCH=$PWD
record() { printf '   PKGINST:  %s\n      NAME:  %s, a package\n  CATEGORY:  system\n      ARCH:  %s\n   VERSION:  %s\n   BASEDIR:  /\n    VENDOR:  Sun Microsystems, Inc.\n    STATUS:  %s\n     FILES:       12 installed pathnames\n\n' "$1" "$1" sparc "$2" "${3:-completely installed}"; }
record SUNWntpr '11.9.0,REV=2002.04.06.15.27' >db/SUNWntpr
record SUNWold '1.0' >db/SUNWold
record SUNWhalf '2.0' 'partially installed' >db/SUNWhalf
record SUNWntpr '11.10.0,REV=2005.01.21.15.53' >pkgs/SUNWntpr-11.10.0-2005.01.21.15.53.sparc.pkg
record SUNWnew '3.0,REV=1' >pkgs/SUNWnew-3.0-1.sparc.pkg

ok 'the records of pkginfo become packages' '
    spma-pkg list | sort >got && printf "SUNWhalf 2.0 - sparc broken\nSUNWntpr 11.9.0 2002.04.06.15.27 sparc\nSUNWold 1.0 - sparc\n" >want && same want got'

ok 'spma brings them to a target: what goes makes room for what comes (REQ-H-3)' '
    mkdir -p root/var/lib && printf "%s SUNWntpr 11.10.0 2005.01.21.15.53 sparc\n%s SUNWnew 3.0 1 sparc\n" "$SCRATCH/pkgs" "$SCRATCH/pkgs" >root/var/lib/spma-target.cf &&
    spma --root $SCRATCH/root --packager pkg apply --kernel none 2>err && sed "s|$SCRATCH|S|g" calls >got &&
    printf "%s\n" "pkgrm -R S/root -n SUNWntpr" "pkgrm -R S/root -n SUNWhalf" "pkgrm -R S/root -n SUNWold" "pkgadd -R S/root -n -d S/pkgs/SUNWntpr-11.10.0-2005.01.21.15.53.sparc.pkg SUNWntpr" "pkgadd -R S/root -n -d S/pkgs/SUNWnew-3.0-1.sparc.pkg SUNWnew" | sort >want && sort got >got.sorted && same want got.sorted &&
    spma-pkg list | sort >got && printf "SUNWnew 3.0 1 sparc\nSUNWntpr 11.10.0 2005.01.21.15.53 sparc\n" >want && same want got'

ok 'what was done is skipped, a test does nothing' '
    printf "install SUNWnew 3.0 1 sparc $SCRATCH/pkgs/SUNWnew-3.0-1.sparc.pkg\nerase SUNWntpr 11.10.0 2005.01.21.15.53 sparc\n" >ops && : >calls &&
    spma-pkg -n apply ops >out && printf "begin 2\nwould erase SUNWntpr-11.10.0-2005.01.21.15.53.sparc\nskip SUNWnew-3.0-1.sparc\n" >want && same want out && test ! -s calls'

ok 'a failing pkgadd is told in its own words' '
    echo bad >pkgs/SUNWbad-1-1.sparc.pkg && printf "install SUNWbad 1 1 sparc $SCRATCH/pkgs/SUNWbad-1-1.sparc.pkg\n" >ops && code 1 spma-pkg apply ops 2>err &&
    grep -q "pkgadd failed for SUNWbad-1-1.sparc with status 1: pkgadd: ERROR: no package associated with <bad>" err'

ok 'what pkgchk finds' 'spma-pkg verify && echo changed >>db/SUNWnew && code 1 spma-pkg verify >out && grep -q "ERROR: /etc/inet/ntp.conf" out'
done_testing
