ncm_USES     := base
ncm_PROGRAMS := ccm ncm-file ncm-edit ncm-service ncm-run ncm-owner
ncm_DAEMONS  := ccm-fetch ccm-purge ccm-initialise ncd cdp-listend cdispd ncm-pause
ncm_HELPERS  := ncm-component ncm-report

# In Perl, as what it runs is.
programs: $(OUT)/bin/ncm-component-perl
$(OUT)/bin/ncm-component-perl: ncm/ncm-component-perl.pl ; @mkdir -p $(@D); install $< $@

# The built-in components are one program with many names.
COMPONENTS := $(shell sed -n 's/^COMPONENT(\(.*\))$$/\1/p' ncm/components.def)
programs: $(COMPONENTS:%=$(OUT)/bin/ncm/%)
$(COMPONENTS:%=$(OUT)/bin/ncm/%): ; @mkdir -p $(@D); ln -sfn ../ncm-component $@
ncm_INSTALL = install $(OUT)/bin/ncm-component-perl $1/libexec/weft/;$(foreach c,$(COMPONENTS),ln -sfn ../ncm-component $1/libexec/weft/ncm/$c;)
