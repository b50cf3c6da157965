#!/bin/sh
# What the real metaconfig passes of the expectation files beside its services, ours passes; and with `historic` it
# writes the same bytes. QUATTOR_SOURCES names copies of the sources (t/ncm/quattor.sh).
. "${WEFT_SRC:-.}/t/lib.sh"
[ -d "${QUATTOR_SOURCES:-}/maven-tools" ] && [ -d "$QUATTOR_SOURCES/template-library-core" ] ||
    skip_all 'QUATTOR_SOURCES does not name copies of the sources of Quattor, with maven-tools and template-library-core'
perl -MTemplate -MText::Diff -MReadonly -e1 2>perl.err || skip_all "Perl misses something: $(head -1 perl.err)"
PATH=$WEFT_OUT/bin/ncm:$PATH
mkdir -p peers/root
perl "$WEFT_SRC/t/ncm/quattor-install.pl" "$QUATTOR_SOURCES" peers/root/usr || exit 99
ok 'of 194 expectation files of metaconfig at least 193 hold' '
    perl "$WEFT_SRC/t/ncm/peer-expectations.pl" "$QUATTOR_SOURCES" "$scratch/peers" >result 2>errors || { cat errors; false; }
    grep -v ^holds result
    test "$(sed -n "s/ of 194$//p" result)" -ge 193'
done_testing
