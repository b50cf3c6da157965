ncm_USES     := base
ncm_PROGRAMS := ccm
ncm_DAEMONS  := ccm-fetch ccm-purge ccm-initialise
