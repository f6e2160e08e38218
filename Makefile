# waterlab: one non-recursive Makefile.  `make help` lists what a person would type.
#
#   CC=gcc|clang    VARIANT=plain|asan|tsan|fuzz|cover    WERROR=1    BUILD=build

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VARIANT ?= plain
BUILD   ?= build
WERROR  ?=
# Everything of one compiler and variant in one folder, so that none is ever linked with another's.
B := $(BUILD)/$(notdir $(CC))-$(VARIANT)

MODULES := base model qc place io spool bus uplink control conf daemon cli
include src/layers.mk

WARN := -Wall -Wextra -Wshadow -Wconversion -Wpointer-arith -Wstrict-prototypes \
        -Wmissing-prototypes -Wundef -Wvla -Wformat=2 $(if $(WERROR),-Werror)
SAN_plain := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
SAN_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan  := -O1 -fsanitize=thread
SAN_fuzz  := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN_cover := -O0 --coverage
CPPFLAGS += -D_GNU_SOURCE -Isrc -DWATERLAB_VERSION='"$(VERSION)"' -DWATERLAB_PREFIX='"$(PREFIX)"'
CFLAGS   += -std=c11 -g $(WARN) $(SAN_$(VARIANT)) -fPIE -pthread
LDFLAGS  += $(filter -fsanitize% --coverage,$(SAN_$(VARIANT))) -pie -pthread -Wl,-z,relro,-z,now
# Fuzz targets bring libFuzzer's main; ordinary programs of that variant do not.
LDFLAGS  := $(subst fuzzer-no-link,,$(LDFLAGS))

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:

# --- modules: src/NAME/*.c -> NAME.a; main.c stays outside so that tests can link the rest ----------
SRC_of  = $(filter-out src/$(1)/main.c,$(wildcard src/$(1)/*.c))
OBJ_of  = $(patsubst %.c,$(B)/%.o,$(call SRC_of,$(1)))
LIB_of  = $(patsubst %,$(B)/lib/%.a,$(1))
# Modules with sources, in link order, and the outside libraries they need.
USED_by = $(foreach m,$(1) $(LAYER_$(firstword $(1))),$(if $(call SRC_of,$(m)),$(m)))
EXT_of  = $(foreach m,$(1),$(LIBS_$(m))) -lm

define module_rule
$(B)/lib/$(1).a: $(call OBJ_of,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
endef
$(foreach m,$(MODULES),$(if $(call SRC_of,$(m)),$(eval $(call module_rule,$(m)))))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# program_rule NAME, objects, top modules
define program_rule
$(B)/$(1): $(2) $(call LIB_of,$(call USED_by,$(3)))
	@mkdir -p $$(@D)
	@echo "  LD   $$@"
	@$$(CC) -o $$@ $(2) -Wl,--start-group $(call LIB_of,$(call USED_by,$(3))) -Wl,--end-group \
		$$(LDFLAGS) $(4) $(call EXT_of,$(call USED_by,$(3)))
endef

# --- the programs -----------------------------------------------------------------------------------
$(eval $(call program_rule,bin/waterlabd,$(B)/src/daemon/main.o,daemon))
$(eval $(call program_rule,bin/waterlab,$(B)/src/cli/main.o,cli))
$(eval $(call program_rule,bin/labsim,$(patsubst %.c,$(B)/%.o,$(wildcard tools/labsim/*.c)),conf))
$(eval $(call program_rule,bin/faultstore,$(patsubst %.c,$(B)/%.o,$(wildcard tools/faultstore/*.c)),uplink))
PROGRAMS := $(B)/bin/waterlabd $(B)/bin/waterlab $(B)/bin/labsim $(B)/bin/faultstore

.PHONY: all
all: $(PROGRAMS)

# --- tests: tests/unit/MODULE/NAME.c is linked with MODULE and what is below it ---------------------
UNIT_SRC := $(wildcard tests/unit/*/*.c)
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
BENCH_SRC := $(wildcard tests/bench/*/*.c)
BENCH_BIN := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
FUZZ_SRC := $(wildcard tests/fuzz/*/*.c)
FUZZ_BIN := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
module_of = $(word 3,$(subst /, ,$(1)))
$(foreach t,$(UNIT_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)),-lcmocka)))
$(foreach t,$(BENCH_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)))))
$(foreach t,$(FUZZ_SRC),$(eval $(call program_rule,$(basename $(t)),$(patsubst %.c,$(B)/%.o,$(t)),$(call module_of,$(t)),-fsanitize=fuzzer)))

.PHONY: unit unit-bin bench-bin fuzz-bin
unit-bin: $(UNIT_BIN)
bench-bin: $(BENCH_BIN)
fuzz-bin: $(FUZZ_BIN)
# One module's tests alone: make unit MODULE=spool
UNIT_RUN = $(if $(MODULE),$(filter $(B)/tests/unit/$(MODULE)/%,$(UNIT_BIN)),$(UNIT_BIN))
unit: $(UNIT_RUN)
	@tests/run-unit $(UNIT_RUN)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
