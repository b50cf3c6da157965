cdb_USES     := compiler base
cdb_LIBS     := -ledit
cdb_PROGRAMS := cdb cdb-pki
cdb_DAEMONS  := cdbd
cdb_INSTALL = install -d $1/share/weft/cdb/page; install -m 644 cdb/page/* $1/share/weft/cdb/page/; install -m 644 cdb/openapi.json $1/share/weft/cdb/;
