cdb_USES     := compiler base
cdb_PROGRAMS := cdb cdb-pki
cdb_DAEMONS  := cdbd
