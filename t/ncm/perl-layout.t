#!/bin/sh
# With `historic` metaconfig writes JSON and YAML byte for byte as the modules of Perl do that the historic component uses.
. "${WEFT_SRC:-.}/t/lib.sh"
perl -MJSON::XS -MYAML::XS -e1 2>perl.err || skip_all "Perl misses something: $(head -1 perl.err)"
PATH=$WEFT_OUT/bin/ncm:$PATH
unset NCM_ROOT WEFT_ROOT
ok 'random trees, byte for byte' 'perl "$WEFT_SRC/t/ncm/perl-layout.pl" "${WEFT_FUZZ:-300}" "${SEED:-1}" "$scratch"'
done_testing
