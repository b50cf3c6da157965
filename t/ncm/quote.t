#!/bin/sh
# What components write is what the readers of its format find, whatever is in a value; what a format cannot say is
# refused, and no file is written. WEFT_FUZZ=100000 makes it a long run, SEED another one.
. "${WEFT_SRC:-.}/t/lib.sh"
PATH=$WEFT_OUT/bin/ncm:$PATH
unset NCM_ROOT WEFT_ROOT
reads() { command -v "$1" >where && shift && { [ $# = 0 ] || "$@" >where 2>&1; }; }
# format KIND 'reader' command...: the command answers whether the reader is here
format() {
    kind=$1 reader=$2; shift 2
    if reads "$@"; then
        ok "$kind is what $reader reads" "python3 '$WEFT_SRC/t/ncm/quote.py' $kind ${WEFT_FUZZ:-120} ${SEED:-1} '$scratch'"
    else
        skip "$kind is what $reader reads" 'it is not here'
    fi
}
format json 'the json of Python' python3
format jsonpretty 'the json of Python' python3
format yaml 'PyYAML' python3 python3 -c 'import yaml'
format psych 'the YAML of Ruby' ruby ruby -e 'require "yaml"; require "json"'
format toml 'tomllib' python3 python3 -c 'import tomllib'
format ini 'configparser' python3
format tiny 'Config::Tiny' perl perl -MConfig::Tiny -MJSON::PP -e1
format xml 'ElementTree' python3
format properties 'Java' java java --list-modules
format shell 'sh' sh
format sh 'a login of sh' sh
format csh 'a login of csh' csh
format sysconfig 'sh' sh
format cron 'crontab' crontab
done_testing
