# waterlab: one non-recursive Makefile.  `make help` lists what a person would type.
#
#   CC=gcc|clang  VARIANT=plain|asan|tsan|fuzz|cover|analyze  WERROR=1  BUILD=build  MODULE=room  DRIVER=name
#   CFLAGS, CPPFLAGS and LDFLAGS are the user's own; they are added to what the project needs.

VERSION := 0.1.0
# The day (UTC) VERSION was released: no clock that shows an earlier one is believed.  After a change here:
# WATERLAB_UPDATE=1 make unit MODULE=conf
RELEASED := 2026-11-28
PREFIX  ?= /usr/local
DESTDIR ?=
# Debian keeps /etc for both its own and local programs; any other prefix gets an etc of its own.
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VARIANT ?= plain
BUILD   ?= build
WERROR  ?=
MODULE  ?=
# Everything of one compiler and variant in one folder, so that none is ever linked with another's.
B := $(BUILD)/$(notdir $(CC))-$(VARIANT)

MODULES := base model qc sample io district place spool bus inbox uplink control operators conf daemon cli console heatmap
include src/layers.mk
# A room that does not lie in src: the publisher of the centre.
ROOM_heatmap := tools/heatmap

WARN := -Wall -Wextra -Wshadow -Wconversion -Wpointer-arith -Wstrict-prototypes \
        -Wmissing-prototypes -Wundef -Wvla -Wformat=2 $(if $(WERROR),-Werror)
SAN_plain := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
SAN_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan  := -O1 -fsanitize=thread
SAN_fuzz  := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN_cover := -O0 --coverage
SAN_analyze := -O1 -fanalyzer
our_CPPFLAGS := -D_GNU_SOURCE -Isrc -Idrivers -DWATERLAB_VERSION='"$(VERSION)"' -DWATERLAB_RELEASED='"$(RELEASED)"' \
	-DWATERLAB_PREFIX='"$(PREFIX)"'
our_CFLAGS   := -std=c11 -g $(WARN) $(SAN_$(VARIANT)) -fPIE -pthread
# Fuzz targets bring libFuzzer's main; ordinary programs of that variant do not.
our_LDFLAGS  := $(subst fuzzer-no-link,,$(filter -fsanitize% --coverage,$(SAN_$(VARIANT)))) \
	-pie -pthread -Wl,-z,relro,-z,now
COMPILE = $(CC) $(our_CPPFLAGS) $(CPPFLAGS) $(our_CFLAGS) $(CFLAGS)

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
# `make -s` says nothing.
SAY = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)
# Two jobs or more, unless the caller said how many.
MAKE_ALL = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# --- modules: src/NAME/*.c -> NAME.a; main.c stays outside so that tests can link the rest ----------
ROOM_of = $(or $(ROOM_$(1)),src/$(1))
SRC_of  = $(filter-out $(call ROOM_of,$(1))/main.c,$(wildcard $(call ROOM_of,$(1))/*.c))
OBJ_of  = $(patsubst %.c,$(B)/%.o,$(call SRC_of,$(1)))
LIB_of  = $(patsubst %,$(B)/lib/%.a,$(1))
# Modules with sources, in link order, and the outside libraries they need.
USED_by = $(foreach m,$(1) $(LAYER_$(firstword $(1))),$(if $(call SRC_of,$(m)),$(m) $(if $(filter bus,$(m)),drivers)))
EXT_of  = $(foreach m,$(1),$(LIBS_$(m))) -lm

# The page's files, which the console carries inside: the list of them nobody writes.
PAGE_FILES := $(filter-out %.md,$(wildcard src/console/page/*))
MADE_console = $(B)/src/console/page_files.o
$(B)/src/console/page_files.c: $(PAGE_FILES) $(B)/src/console/page_names src/console/embed
	@mkdir -p $(@D)
	@src/console/embed $(PAGE_FILES) >$@
# A file may also go: the list is of these names, not only newer than they are.
$(B)/src/console/page_names: force
	@mkdir -p $(@D)
	@echo '$(PAGE_FILES)' | cmp -s - $@ || echo '$(PAGE_FILES)' >$@
$(B)/src/console/page_files.o: $(B)/src/console/page_files.c
	@$(COMPILE) -MMD -MP -c -o $@ $<

define module_rule
$(B)/lib/$(1).a: $(call OBJ_of,$(1)) $(MADE_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
endef
$(foreach m,$(MODULES),$(if $(call SRC_of,$(m)),$(eval $(call module_rule,$(m)))))

# --- drivers in C: drivers/NAME/*.c -> drivers.a, with the list of them, which nobody writes --------
DRIVER_SRC := $(wildcard drivers/*/*.c)
DRIVERS_C  := $(sort $(foreach f,$(DRIVER_SRC),$(word 2,$(subst /, ,$(f)))))
# A driver may also go: the list is of these names, not only newer than its sources.
$(B)/drivers/names: force
	@mkdir -p $(@D)
	@echo '$(DRIVERS_C)' | cmp -s - $@ || echo '$(DRIVERS_C)' >$@
$(B)/drivers/list.c: $(B)/drivers/names Makefile
	@{ echo '#include "bus/codec.h"'; \
	for n in $(subst -,_,$(DRIVERS_C)); do echo "extern const struct wl_driver wl_$$n;"; done; \
	echo 'const struct wl_driver *const codec_drivers[] = {'; \
	for n in $(subst -,_,$(DRIVERS_C)); do echo "	&wl_$$n,"; done; echo '	NULL};'; } >$@
$(B)/drivers/list.o: $(B)/drivers/list.c
	@$(COMPILE) -MMD -MP -c -o $@ $<
$(B)/lib/drivers.a: $(patsubst %.c,$(B)/%.o,$(DRIVER_SRC)) $(B)/drivers/list.o
	@mkdir -p $(@D)
	@rm -f $@
	@$(AR) rcs $@ $^

# What is compiled otherwise is compiled anew; -Werror changes no object.
FLAGS_NOW = $(filter-out -Werror,$(COMPILE))
.PHONY: force
$(B)/flags: force
	@$(shell mkdir -p $(@D))$(file >$@.new,$(FLAGS_NOW))if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@$(SAY) "  CC   $<"
	@$(COMPILE) -MMD -MP -c -o $@ $<

comma := ,
# program_rule NAME, objects, top module, more linker words
define program_rule
$(B)/$(1): $(2) $(call LIB_of,$(call USED_by,$(3)))
	@mkdir -p $$(@D)
	@$$(SAY) "  LD   $$@"
	@$$(CC) -o $$@ $(2) -Wl,--start-group $(call LIB_of,$(call USED_by,$(3))) -Wl,--end-group \
		$$(our_LDFLAGS) $$(LDFLAGS) $(4) $(call EXT_of,$(call USED_by,$(3)))
endef

# --- the programs -----------------------------------------------------------------------------------
OBJECTS_in = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
$(eval $(call program_rule,bin/waterlabd,$(B)/src/daemon/main.o,daemon))
$(eval $(call program_rule,bin/waterlab,$(B)/src/cli/main.o,cli))
$(eval $(call program_rule,bin/waterlab-console,$(B)/src/console/main.o,console,-Wl$(comma)--as-needed))
$(eval $(call program_rule,bin/labsim,$(call OBJECTS_in,tools/labsim/*.c),conf))
# A day in the lab on an injected clock: labsim's units without its wires.
$(eval $(call program_rule,tests/sim/day,$(call OBJECTS_in,tests/sim/*.c $(patsubst %,tools/labsim/%.c,lab image command fault water storm played)),conf))
# A spool with a past, for the real daemon.
$(eval $(call program_rule,tests/system/past/past,$(B)/tests/system/past/past.o,spool))
$(eval $(call program_rule,bin/faultstore,$(call OBJECTS_in,tools/faultstore/*.c),uplink))
$(eval $(call program_rule,bin/vansim,$(call OBJECTS_in,tools/vansim/*.c $(patsubst %,tools/faultstore/%.c,judge pass plan serve)),uplink))
$(eval $(call program_rule,bin/waterlab-heatmap,$(B)/tools/heatmap/main.o,heatmap))
$(eval $(call program_rule,bin/fleet,$(call OBJECTS_in,tools/fleet/*.c tools/vansim/dice.c),conf))
INSTALLED := waterlabd waterlab waterlab-console waterlab-heatmap
PROGRAMS  := $(addprefix $(B)/bin/,$(INSTALLED) labsim faultstore vansim fleet)

# --- the officials' map: its page, of its own files and the console's that both share -----------------
MAP_OWN := $(filter-out %.md %/build,$(wildcard tools/heatmap/page/*))
MAP_SHARED := $(addprefix src/console/page/,dom.js words.js said.js shapes.js units.js icon.svg)
MAP_PAGE := $(B)/map-page/index.html
$(MAP_PAGE): tools/heatmap/page/build $(MAP_OWN) $(MAP_SHARED) $(wildcard src/console/page/words.*.json) $(B)/map_names
	@$(SAY) "  PAGE $(@D)"
	@tools/heatmap/page/build $(@D) $(MAP_OWN) $(MAP_SHARED)
# As with the console's: a file may also go.
$(B)/map_names: force
	@mkdir -p $(@D)
	@echo '$(MAP_OWN)' | cmp -s - $@ || echo '$(MAP_OWN)' >$@
.PHONY: map-page
map-page: $(MAP_PAGE) ## the officials' map page, in build/gcc-plain/map-page

.PHONY: all
all: $(PROGRAMS) $(MAP_PAGE) ## the programs, in build/gcc-plain/bin (the default)

# --- tests: tests/unit/MODULE/NAME.c is linked with MODULE and what is below it ---------------------
UNIT_SRC := $(wildcard tests/unit/*/*.c)
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
BENCH_SRC := $(wildcard tests/bench/*/*.c)
BENCH_BIN := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
FUZZ_SRC := $(wildcard tests/fuzz/*/*.c)
FUZZ_BIN := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
module_of = $(patsubst drivers,conf,$(word 3,$(subst /, ,$(1))))
$(foreach t,$(UNIT_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)),-lcmocka)))
$(foreach t,$(BENCH_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)))))
$(foreach t,$(FUZZ_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)),-fsanitize=fuzzer)))
# One for each driver in C, from one source, with seeds made of its cases.
DRIVER_FUZZ := $(DRIVERS_C:%=$(B)/tests/fuzz/drivers/%)
FUZZ_BIN += $(DRIVER_FUZZ)
$(DRIVER_FUZZ:%=%.c): Makefile
	@mkdir -p $(@D)
	@printf '#define DRIVER wl_%s\n#include "tests/fuzz/driver.h"\n' $(subst -,_,$(basename $(@F))) >$@
$(DRIVER_FUZZ:%=%.o): %.o: %.c $(B)/flags
	@$(COMPILE) -I. -MMD -MP -c -o $@ $<
$(DRIVER_FUZZ:%=%.seeds/made): $(B)/tests/fuzz/drivers/%.seeds/made: tests/fuzz/seeds $(wildcard drivers/*/cases/*.trace)
	@rm -rf $(@D)
	@tests/fuzz/seeds drivers/$*/cases $(@D)
	@touch $@
$(foreach d,$(DRIVERS_C),$(eval $(call program_rule,tests/fuzz/drivers/$(d),$(B)/tests/fuzz/drivers/$(d).o,bus,-fsanitize=fuzzer)))
$(foreach f,$(DRIVER_FUZZ),$(eval $(f): | $(f).seeds/made))
.SECONDARY:

# One module's alone: make unit MODULE=spool
of_module = $(if $(MODULE),$(filter $(B)/$(1)/$(MODULE)/%,$(2)),$(2))
UNIT_RUN  = $(call of_module,tests/unit,$(UNIT_BIN))
BENCH_RUN = $(call of_module,tests/bench,$(BENCH_BIN))
FUZZ_RUN  = $(call of_module,tests/fuzz,$(FUZZ_BIN))
FUZZ_SECONDS ?= 30

.PHONY: unit unit-bin bench bench-bin fuzz fuzz-bin fuzz-run
unit-bin: $(UNIT_BIN) $(B)/tests/sim/day $(B)/tests/system/past/past
bench-bin: $(BENCH_BIN)
fuzz-bin: $(FUZZ_BIN)
unit: $(UNIT_RUN) ## unit tests of this CC and VARIANT (MODULE=spool: one room's)
	@tests/run-unit $(UNIT_RUN)
fuzz: ## each fuzz target for FUZZ_SECONDS=30 (MODULE=bus: one room's)
	@$(MAKE_ALL) fuzz-run CC=clang VARIANT=fuzz
fuzz-run: $(FUZZ_RUN)
	@FUZZ_FOUND=$(abspath $(BUILD))/fuzz-found tests/run-fuzz $(FUZZ_SECONDS) $(FUZZ_RUN)
bench: ## every benchmark: one line "name value unit" a figure (MODULE=spool: one room's)
	@tools/install-deps test
	@$(MAKE_ALL) all bench-bin
	@WATERLAB_BIN=$(abspath $(B)/bin) tests/run-bench $(if $(MODULE),-m $(MODULE)) $(BENCH_RUN)

.PHONY: demo test soak lint
demo: ## the whole chain, live, to the officials' map (DEMO_SECONDS=60 DEMO_STORE=influxdb)
	@tools/install-deps demo
	@echo "building"
	@$(MAKE_ALL) -s all
	@WATERLAB_BIN=$(abspath $(B)/bin) tools/demo/run
test: ## everything that must hold (DRIVER=atlas-ezo: one driver alone)
	@tools/install-deps test
	@BUILD=$(BUILD) tests/$(if $(DRIVER),run-driver '$(DRIVER)',run-all)
soak: ## the longer forms of the system tests, about an hour
	@tools/install-deps test
	@$(MAKE_ALL) -s all unit-bin
	@WATERLAB_BIN=$(abspath $(B)/bin) tests/run-suite -t 0 tests/soak
lint: ## the rules of the house, each checked
	@tools/install-deps lint
	@BUILD=$(BUILD)/lint tools/lint/run

# Every object and nothing linked; every C file looked at and nothing written.  For tools/lint.
.PHONY: objects syntax
ALL_C := $(wildcard src/*/*.c tools/*/*.c tests/sim/*.c tests/*/*/*.c drivers/*/*.c)
objects: $(patsubst %.c,$(B)/%.o,$(wildcard src/*/*.c tools/*/*.c))
syntax:
	@$(COMPILE) -fsyntax-only $(ALL_C)

# --- install ----------------------------------------------------------------------------------------
# INSTALL_FROM=folder takes programs that were built elsewhere.
bindir   := $(PREFIX)/bin
sharedir := $(PREFIX)/share/waterlab
unitdir  := $(PREFIX)/lib/systemd/system
usersdir := $(PREFIX)/lib/sysusers.d
rulesdir := $(PREFIX)/lib/udev/rules.d
confdir  := $(SYSCONFDIR)/waterlab
UNITS    := waterlabd.service waterlab-console.service waterlab-heatmap.service
DRIVERS  := $(patsubst drivers/%,%,$(wildcard drivers/*.md $(addprefix drivers/*/,profile.conf sample.conf README.md cases/*.trace)))

.PHONY: install uninstall
install: $(if $(INSTALL_FROM),,$(addprefix $(B)/bin/,$(INSTALLED))) ## to PREFIX=/usr/local, under DESTDIR
	install -d $(addprefix $(DESTDIR),$(bindir) $(sharedir) $(unitdir) $(usersdir) $(rulesdir) $(confdir))
	install -m 755 $(addprefix $(or $(INSTALL_FROM),$(B)/bin)/,$(INSTALLED)) $(DESTDIR)$(bindir)
	rm -rf $(DESTDIR)$(sharedir)/drivers
	$(foreach f,$(DRIVERS),install -D -m 644 drivers/$(f) $(DESTDIR)$(sharedir)/drivers/$(f)$(newline))
	install -m 644 config/waterlab.conf config/qc.conf config/places.csv config/chrony-gpsd.conf config/central/heatmap.conf \
		$(DESTDIR)$(sharedir)
	rm -rf $(DESTDIR)$(sharedir)/limits
	$(foreach f,$(wildcard config/limits/*.csv),install -D -m 644 $(f) $(DESTDIR)$(sharedir)/limits/$(notdir $(f))$(newline))
	tools/heatmap/page/build $(DESTDIR)$(sharedir)/map-page $(MAP_OWN) $(MAP_SHARED)
	chmod -R u=rwX,go=rX $(DESTDIR)$(sharedir)/map-page
	test -e $(DESTDIR)$(confdir)/waterlab.conf || \
		install -m 644 config/waterlab.conf $(DESTDIR)$(confdir)/waterlab.conf
	test -e $(DESTDIR)$(confdir)/qc.conf || \
		install -m 644 config/qc.conf $(DESTDIR)$(confdir)/qc.conf
	$(foreach u,$(UNITS),sed -e 's|@bindir@|$(bindir)|g' -e 's|@confdir@|$(confdir)|g' systemd/$(u).in \
		>$(DESTDIR)$(unitdir)/$(u)$(newline)	chmod 644 $(DESTDIR)$(unitdir)/$(u)$(newline))
	install -m 644 systemd/waterlab.sysusers $(DESTDIR)$(usersdir)/waterlab.conf
	install -m 644 systemd/70-waterlab.rules $(DESTDIR)$(rulesdir)/70-waterlab.rules
uninstall: ## what install put there; configuration and spool stay
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(INSTALLED)) $(addprefix $(DESTDIR)$(unitdir)/,$(UNITS)) \
		$(DESTDIR)$(usersdir)/waterlab.conf $(DESTDIR)$(rulesdir)/70-waterlab.rules
	rm -rf $(DESTDIR)$(sharedir)
	@echo "left as they are: $(DESTDIR)$(confdir) and the spool"

define newline


endef

.PHONY: clean help
clean: ## remove what was built
	rm -rf $(wildcard $(BUILD)/gcc-* $(BUILD)/clang-* $(BUILD)/lint $(BUILD)/fuzz-found)
	@! test -d $(BUILD) || rmdir --ignore-fail-on-non-empty $(BUILD)
help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(B) -name '*.d' 2>/dev/null)
