# Weft: the whole build in one file, no recursion. A room (top-level folder) describes itself in
# <room>/build.mk (CONTRIBUTING.md, "The build").
#
#   make                build every program into build/$(MODE)/bin
#   make demo           install what is missing, build, show the whole story, clean up
#   make check          install what is missing, build, run everything under t/ (TAP, through prove)
#   make check CHECK=t/compiler/panc.t          one test
#   make check SEED=7   other random programs and trees than the usual ones
#   make accept         rewrite the expected outputs of t/compiler/lang and messages; review the diff
#   make bench          figures with units, from t/*/bench-* (BENCH=t/compiler/bench-site for one)
#   make fuzz           every t/*/fuzz-*.cc for FUZZ_SECONDS each (default 60)
#   make coverage       line coverage of make check, as text
#   make lint           clang-tidy, shellcheck, mandoc
#   make format         clang-format over the whole tree (checked by t/style.t)
#   make install        honours DESTDIR and PREFIX
#   make deps           install the Debian packages that the above need (DEPENDENCIES)
#   make graph          which room uses which
#   make MODE=asan check          release (default) | debug | asan | tsan | cov | fuzz

MODE   ?= release
PREFIX ?= /usr/local
OUT    := build/$(MODE)
VERSION := $(shell sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -1)

# Top of the dependency graph first: this is also the link order.
ROOMS := ncm spm cdb compiler base

UBSAN := signed-integer-overflow,shift,bounds,enum,bool,float-cast-overflow,integer-divide-by-zero,return,unreachable
FLAGS.release := -O2
FLAGS.debug   := -O0
FLAGS.asan    := -O1 -fsanitize=address -fsanitize=$(UBSAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS.tsan    := -O1 -fsanitize=thread
FLAGS.cov     := -O0 --coverage
FLAGS.fuzz    := -O1 -fsanitize=fuzzer-no-link,address -fsanitize=$(UBSAN) -fno-sanitize-recover=all
$(if $(FLAGS.$(MODE)),,$(error unknown MODE '$(MODE)': use release, debug, asan, tsan, cov or fuzz))

# Expanded when used, not when read: `make deps` must work before pkg-config is there.
PKGS      = expat nettle libcurl libpcre2-8 openssl libdeflate zlib fmt yaml-0.1
PKGCFLAGS = $(eval PKGCFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKGCFLAGS)
PKGLIBS   = $(eval PKGLIBS := $(shell pkg-config --libs $(PKGS)))$(PKGLIBS)

GXX      := $(if $(filter fuzz,$(MODE)),clang++,g++)
CXX      := $(if $(shell command -v ccache),ccache )$(GXX)
LD       := $(if $(shell command -v ld.lld),-fuse-ld=lld)
# g++ 12 sees overruns inside std::string and std::variant that are not there.
NOISE    := -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-maybe-uninitialized -Wno-subobject-linkage
WARN     := -Wall -Wextra -Wpedantic -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual $(if $(filter g++,$(GXX)),-Wshadow=local $(NOISE))
CXXFLAGS ?= -g1
# The same objects make the programs and the shared library.
ALLFLAGS  = -std=c++20 -pthread -ffunction-sections -fdata-sections -fPIC -fno-semantic-interposition $(WARN) $(FLAGS.$(MODE)) -I. -DWEFT_VERSION='"$(VERSION)"' $(PKGCFLAGS) $(CPPFLAGS) $(CXXFLAGS)
LDLIBS    = -Wl,--as-needed $(PKGLIBS) -ldb -lboost_json -lunistring

export CCACHE_NOHASHDIR := 1
export CCACHE_SLOPPINESS := pch_defines,time_macros

all: programs

# $(call say,what,of what): a line of progress; of how many when TOTAL says so.
say = $(eval SAID += x)echo '  $(if $(TOTAL),[$(words $(SAID))/$(TOTAL)] )$1 $2'
# $(call built,targets): make them; when much is to be compiled, say first how long that takes.
built = @n=$$($(MAKE) --no-print-directory -n $1 2>/dev/null | grep -c "echo '  CXX"); \
	[ $$n -lt 20 ] || echo "make: $$n units to compile: about $$(((n * 4 / $(JOBS) + 59) / 60)) minutes on $(JOBS) cores" >&2; \
	$(MAKE) --no-print-directory -j$(JOBS) TOTAL=$$n $1
# $(call note,text): rewrite the target only when text differs from what it says.
note = mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$1)' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$1)' >$@

# ---- rooms -----------------------------------------------------------------
include $(ROOMS:%=%/build.mk)

# $(call closure,rooms): the rooms and everything they use, each once.
closure = $(sort $1 $(foreach r,$1,$(if $($r_USES),$(call closure,$($r_USES)))))
# $(call archives,room): what a program of this room links, in link order.
archives = $(patsubst %,$(OUT)/lib/lib%.a,$(filter $(call closure,$1),$(ROOMS)))

# One archive a room, and one program for each name in <room>_PROGRAMS (bin), <room>_DAEMONS (sbin)
# and <room>_HELPERS (libexec), each from the .cc it is named after; <room>_APART: sources for none of them.
#
# Sources are compiled a few at a time: most of what a file costs are the templates of the standard library that it
# uses, and files beside each other share them. A name begins a new unit by itself (its sum), so that a new file
# changes one unit only; names of local functions are therefore unique in a folder. `make JOIN=` compiles each file alone.
JOIN ?= 1
# $(call units,sources): a word a unit, its sources joined by colons.
units = $(if $(JOIN),$(shell wc -c $1 | awk '$$2 == "total" { next } \
    { n = split($$2, p, "/"); folder = substr($$2, 1, length($$2) - length(p[n])); sum = 0; \
      for (i = 1; i <= length(p[n]); i++) sum = (sum * 31 + index("abcdefghijklmnopqrstuvwxyz0123456789_-.", substr(p[n], i, 1))) % 65521; \
      if (unit && folder == last && size + $$1 <= 45000 && !(sum % 5 == 0 && size > 12000)) unit = unit ":" $$2; \
      else { if (unit) print unit; unit = $$2; size = 0 } \
      size += $$1; last = folder } END { print unit }'),$1)
# $(call object,unit): its object, named after its first source and how many follow.
object = $(OUT)/$(basename $(firstword $(subst :, ,$1)))$(if $(findstring :,$1),+$(words $(wordlist 2,99,$(subst :, ,$1)))).o
define unit
$(call object,$1): $(subst :, ,$1) $(OUT)/flags $(PCH)
	@mkdir -p $$(@D); $$(call say,CXX,$(subst :, ,$1))
	@$$(CXX) $$(ALLFLAGS) $$(PCH_USE) $(foreach s,$(filter-out $(lastword $(subst :, ,$1)),$(subst :, ,$1)),-include $s) -MMD -MP -c -o $$@ $(lastword $(subst :, ,$1))
DEPS += $(patsubst %.o,%.d,$(call object,$1))
endef

define room
$1_MAINS   := $$($1_PROGRAMS) $$($1_DAEMONS) $$($1_HELPERS)
$1_SRCS    := $$(wildcard $1/*.cc $1/*/*.cc)
$1_MAINSRC := $$(foreach m,$$($1_MAINS),$$(firstword $$(wildcard $1/$$m.cc $1/*/$$m.cc)))
$1_LIBSRC  := $$(filter-out $$($1_MAINSRC) $$($1_APART),$$($1_SRCS))
$1_UNITS   := $$(call units,$$($1_LIBSRC))
$(OUT)/lib/lib$1.a: $$(foreach u,$$($1_UNITS),$$(call object,$$u)) $(OUT)/lib/$1.list
$(OUT)/lib/$1.list: FORCE ; @$$(call note,$$($1_UNITS))
$$(foreach m,$$($1_MAINSRC),$$(eval $(OUT)/bin/$$(basename $$(notdir $$m)): $$(m:%.cc=$(OUT)/%.o) $$(call archives,$1)))
BINS += $$($1_MAINS:%=$(OUT)/bin/%)
$$($1_MAINS:%=$(OUT)/bin/%) $(OUT)/t/$1/%: LDLIBS += $$($1_LIBS)
SRCS += $$($1_SRCS)
endef
$(foreach r,$(ROOMS),$(eval $(call room,$r)))
# The build folder is laid out like an installation, so that programs find their helpers and data.
programs: $(BINS) | $(OUT)/libexec/weft $(OUT)/share/weft
$(OUT)/libexec/weft: ; @mkdir -p $(@D); ln -sfn ../bin $@
$(OUT)/share/weft:   ; @mkdir -p $(@D); ln -sfn $(CURDIR) $@

# ---- tests, benches, fuzzers -----------------------------------------------
NOTUNIT  := $(wildcard t/*/bench-*.cc t/*/fuzz-*.cc)
TESTSRC  := $(filter-out $(NOTUNIT),$(wildcard t/*/*.cc))
BENCHSRC := $(wildcard t/*/bench-*.cc)
FUZZSRC  := $(wildcard t/*/fuzz-*.cc)
UNITS    := $(TESTSRC:%.cc=$(OUT)/%.t)
BENCHES  := $(BENCHSRC:%.cc=$(OUT)/%)
FUZZERS  := $(FUZZSRC:%.cc=$(OUT)/%)
# Those that take long first, so that none is left alone at the end.
SCRIPTS  := $(sort $(wildcard t/*.t t/*/*.t))
LONG     := $(filter %/kill.t %/kill-deb.t %-random.t %/packager-dnf.t,$(SCRIPTS))
SCRIPTS  := $(LONG) $(filter-out $(LONG),$(SCRIPTS))
SRCS     += $(TESTSRC) $(BENCHSRC)
# t/cdb/store.cc may use whatever the room cdb may use.
$(foreach s,$(TESTSRC), $(eval $(OUT)/$(s:%.cc=%.t): $(s:%.cc=$(OUT)/%.o) $(call archives,$(word 2,$(subst /, ,$s)))))
$(foreach s,$(BENCHSRC) $(FUZZSRC),$(eval $(OUT)/$(s:%.cc=%): $(s:%.cc=$(OUT)/%.o) $(call archives,$(word 2,$(subst /, ,$s)))))
$(UNITS): LDLIBS += -lboost_unit_test_framework -lrapidcheck
$(BENCHES): LDLIBS += -lbenchmark
$(FUZZERS): private FLAGS.fuzz += -fsanitize=fuzzer

# What random tests begin with: a run can be repeated.
SEED    ?= 1
TESTENV = SEED=$(SEED) RC_PARAMS=seed=$(SEED) LSAN_OPTIONS=suppressions=$(CURDIR)/t/lsan.supp:print_suppressions=0 TSAN_OPTIONS=suppressions=$(CURDIR)/t/tsan.supp PATH=$(abspath $(OUT)/bin):$$PATH WEFT_SRC=$(CURDIR) WEFT_OUT=$(abspath $(OUT)) BOOST_TEST_COLOR_OUTPUT=no
CHECK   ?= $(SCRIPTS) $(UNITS)
JOBS    ?= $(shell nproc)

tests: programs $(UNITS)
# Tests wait more than they compute.
check: deps-check
	$(call built,tests)
	$(TESTENV) prove -j$$((2 * $(JOBS))) --timer --exec '' $(PROVE) $(CHECK)

accept: programs
	$(TESTENV) WEFT_ACCEPT=1 prove --exec '' t/compiler/lang.t t/compiler/messages.t

bench: deps-bench
	@$(MAKE) --no-print-directory -j$(JOBS) programs $(BENCHES)
	@set -e; for b in $(or $(BENCH:%=$(OUT)/%),$(BENCHES)) $(if $(BENCH),,$(wildcard t/*/bench-*.sh)); do \
	  echo "== $$b"; $(TESTENV) $$b; done

FUZZ_SECONDS ?= 60
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory MODE=fuzz -j$(JOBS) fuzzers
	@set -e; for f in $(FUZZSRC:%.cc=build/fuzz/%); do mkdir -p $$f.corpus; seeds=$${f#build/fuzz/}.seeds; \
	  echo "== $$f"; $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	    -artifact_prefix=build/fuzz/ $$f.corpus $$(test -d $$seeds && echo $$seeds); done
fuzzers: $(FUZZERS)

coverage: deps-check
	$(MAKE) MODE=cov check
	gcovr --root . --exclude t/ build/cov

# Each source file alone and without the precompiled header: one that lacks an include does not compile here.
# LINT="cdb/api.cc cdb/git.cc" looks at these only.
LINT ?= $(filter-out t/%,$(SRCS))
lint: deps-lint
	mandoc -T lint -W warning man/*.[1-8]
	shellcheck -S warning -s sh $$(grep -l '^#!/bin/sh' t/*.sh t/*.t t/*/*.sh t/*/*.t) .ci/run .ci/deps
	printf '%s\n' $(sort $(LINT)) | xargs -P $(JOBS) -n 8 clang-tidy --quiet --extra-arg=-Wcomma -- $(filter-out -f% -g% -W%,$(ALLFLAGS)) -Wall -Wextra 2>&1 \
	    | { ! grep -E '(error|warning): '; }

format: deps-lint
	git ls-files -z '*.cc' '*.hh' | xargs -0 -n 20 -P $(JOBS) clang-format -i

demo: deps-demo
	$(call built,programs)
	@$(TESTENV) KEEP=$(KEEP) t/demo.sh

# ---- packages --------------------------------------------------------------
deps: ; @.ci/deps build demo check ci lint bench fuzz
deps-build: ; @.ci/deps build
deps-demo:  ; @.ci/deps build demo
deps-check: ; @.ci/deps build demo check
deps-bench: ; @.ci/deps build demo check bench
deps-fuzz:  ; @.ci/deps build fuzz
deps-lint:  ; @.ci/deps build lint

# ---- rules -----------------------------------------------------------------
# Objects depend on the flags they were built with, and on every header they saw. One precompiled
# header for the standard library halves a clean build; each compiler has its words for ccache about it.
$(OUT)/flags: FORCE
	@$(call note,$(GXX) $(ALLFLAGS))

PCH := $(OUT)/base/pch.hh.gch
PCH_MAKE := $(if $(filter clang++,$(GXX)),-Xclang -fno-pch-timestamp)
PCH_USE   = -include $(PCH:.gch=) $(if $(filter g++,$(GXX)),-fpch-preprocess)
$(OUT)/base/pch.hh.gch $(OUT)/t/pch.hh.gch: base/pch.hh $(OUT)/flags
	@mkdir -p $(@D); echo '  PCH $@'; $(CXX) $(ALLFLAGS) $(PCH_MAKE) -x c++-header -o $@ $<

$(OUT)/%.o: %.cc $(OUT)/flags $(PCH)
	@mkdir -p $(@D); $(call say,CXX,$<)
	@$(CXX) $(ALLFLAGS) $(PCH_USE) -MMD -MP -c -o $@ $<

# Unit tests are many templates that run for moments: not optimised they compile in half the time.
ifeq ($(MODE),release)
$(UNITS:%.t=%.o): PCH := $(PCH:$(OUT)/base/%=$(OUT)/t/%)
$(UNITS:%.t=%.o): $(OUT)/t/pch.hh.gch
$(UNITS:%.t=%.o) $(OUT)/t/pch.hh.gch: private FLAGS.release := -O0
endif

$(OUT)/lib/%.a:
	@mkdir -p $(@D); rm -f $@
	@ar rcs $@ $(filter %.o,$^)

$(BINS) $(UNITS) $(BENCHES) $(FUZZERS):
	@mkdir -p $(@D); echo '  LD  $@'
	@$(GXX) $(FLAGS.$(MODE)) -pthread $(LD) -Wl,--gc-sections $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

compile_commands.json: $(MAKEFILE_LIST) $(SRCS)
	@printf '[\n' >$@; sep=; for s in $(SRCS); do \
	  printf '%b{"directory":"$(CURDIR)","file":"%s","arguments":["$(GXX)","-std=c++20","-I.","-c","%s"]}' "$$sep" $$s $$s; \
	  sep=',\n'; done >>$@; printf '\n]\n' >>$@

D := $(DESTDIR)$(PREFIX)
# The first failing install ends it.
install: private .SHELLFLAGS := -ec
install: programs
	install -d $D/bin $D/sbin $D/libexec/weft/ncm $D/share/weft $D/share/bash-completion/completions $(foreach n,1 5 7 8,$D/share/man/man$n)
	$(foreach r,$(ROOMS),$(foreach p,$($r_PROGRAMS),install $(OUT)/bin/$p $D/bin/$p;))
	$(foreach r,$(ROOMS),$(foreach p,$($r_DAEMONS),install $(OUT)/bin/$p $D/sbin/$p;))
	$(foreach r,$(ROOMS),$(foreach p,$($r_HELPERS),install $(OUT)/bin/$p $D/libexec/weft/$p;))
	$(foreach r,$(ROOMS),$(call $r_INSTALL,$D))
	install -m 644 base/completion.bash $D/share/weft/
	$(foreach r,$(ROOMS),$(foreach p,$($r_PROGRAMS) $($r_DAEMONS),ln -sfn ../../weft/completion.bash $D/share/bash-completion/completions/$p;))
	cp -R templates $D/share/weft/
	install -d $D/lib/systemd/system $D/lib/sysusers.d
	$(foreach u,$(wildcard */systemd/*.service),sed 's#@PREFIX@#$(PREFIX)#' $u >$D/lib/systemd/system/$(notdir $u);)
	install -m 644 $(wildcard */systemd/*.conf) $D/lib/sysusers.d/
	$(foreach m,$(wildcard man/*.[1-8]),install -m 644 $m $D/share/man/man$(patsubst .%,%,$(suffix $m))/$(notdir $m);)

graph:
	@$(foreach r,$(ROOMS),echo '$r -> $(or $($r_USES),-)';)

clean:
	rm -rf build compile_commands.json

.PHONY: all programs tests check accept bench fuzz fuzzers coverage lint format demo deps deps-build deps-demo deps-check deps-lint \
        deps-bench deps-fuzz install graph clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
$(foreach r,$(ROOMS),$(foreach u,$($r_UNITS),$(if $(findstring :,$u),$(eval $(call unit,$u)))))
-include $(SRCS:%.cc=$(OUT)/%.d) $(FUZZSRC:%.cc=$(OUT)/%.d) $(DEPS)
