spm_USES    := base
spm_LIBS    := -lrpm -lrpmio -lsolv -lsolvext -lapt-pkg
spm_DAEMONS := spma
spm_HELPERS := spma-fetch spma-rpm spma-dnf spma-dpkg spma-apt spma-pkg
