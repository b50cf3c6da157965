ncm_USES     := base
ncm_PROGRAMS := ccm ncm-query ncm-file ncm-edit ncm-service ncm-run ncm-owner
ncm_DAEMONS  := ccm-fetch ccm-purge ccm-initialise ncd cdp-listend cdispd ncm-pause
ncm_HELPERS  := ncm-component ncm-component-so ncm-report

# In Perl, as what it runs is.
programs: $(OUT)/bin/ncm-component-perl
$(OUT)/bin/ncm-component-perl: ncm/ncm-component-perl.pl ; @mkdir -p $(@D); install $< $@

# The built-in components are one program with many names.
COMPONENTS := $(shell sed -n 's/^COMPONENT(\(.*\))$$/\1/p' ncm/components.def)
programs: $(COMPONENTS:%=$(OUT)/bin/ncm/%)
$(COMPONENTS:%=$(OUT)/bin/ncm/%): ; @mkdir -p $(@D); ln -sfn ../ncm-component $@

# Names under which scripts of the field call them: folder/old-name:program it leads to.
OLD_NAMES := sbin/ncm-ncd:ncd sbin/ncm-cdispd:cdispd sbin/quattor-fetch:ccm-fetch sbin/quattor-configure:ncd \
             sbin/quattor-unconfigure:ncd sbin/quattor-list:ncd bin/quattor-query:ncm-query \
             sbin/quattor-query:../bin/ncm-query sbin/ncm-query:../bin/ncm-query bin/spma:../sbin/spma
# $(call old_names,DIR): links to them below it.
old_names = $(foreach n,$(OLD_NAMES),ln -sfn $(lastword $(subst :, ,$n)) $1/$(firstword $(subst :, ,$n));)
programs: $(OUT)/bin/.old-names
$(OUT)/bin/.old-names: ncm/build.mk
	@mkdir -p $(@D); for n in $(OLD_NAMES); do o=$${n%%:*}; o=$${o##*/}; t=$${n##*[:/]}; [ $$o = $$t ] || ln -sfn $$t $(@D)/$$o; done; touch $@

# The access library for other languages; of the rooms it has what it uses.
CCM_SO := $(OUT)/lib/libweft-ccm.so
ncm_APART := ncm/ccm_c.cc
$(CCM_SO): $(OUT)/ncm/ccm_c.o $(OUT)/lib/libncm.a $(OUT)/lib/libbase.a ncm/libweft-ccm.map ncm/weft-ccm.pc $(wildcard ncm/include/weft/*.h)
	@mkdir -p $(OUT)/lib/pkgconfig $(OUT)/include; echo '  LD  $@'
	@$(GXX) $(FLAGS.$(MODE)) -shared $(LD) -Wl,--gc-sections -Wl,--no-undefined -Wl,-soname,libweft-ccm.so.1 -Wl,--version-script=ncm/libweft-ccm.map \
	    -o $@.1 $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) && ln -sfn libweft-ccm.so.1 $@
	@cp ncm/weft-ccm.pc $(OUT)/lib/pkgconfig/ && cp -R ncm/include/weft $(OUT)/include/
programs: $(CCM_SO)

ncm_INSTALL = install $(OUT)/bin/ncm-component-perl $1/libexec/weft/;install -d $1/lib/pkgconfig $1/include/weft;\
    install -m 644 ncm/weft-ccm.pc $1/lib/pkgconfig/;install -m 644 ncm/include/weft/*.h $1/include/weft/;\
    install $(CCM_SO).1 $1/lib/;ln -sfn libweft-ccm.so.1 $1/lib/libweft-ccm.so;\
    $(call old_names,$1)ln -sfn ncd.8 $1/share/man/man8/ncm-ncd.8;ln -sfn cdispd.8 $1/share/man/man8/ncm-cdispd.8;\
    $(foreach c,$(COMPONENTS),ln -sfn ../ncm-component $1/libexec/weft/ncm/$c;)
