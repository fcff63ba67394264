# SPDX-License-Identifier: GPL-2.0-only
# kx: builds everything, from one file. `make help` lists what it can do.

VERSION	:= 0.1.0
ARCH	:= $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')

# What a user may set: V=1 SAN=1 O=DIR BTF=FILE|none DESTDIR= prefix=
SAN	?= 0
O	?= build$(if $(filter 1,$(SAN)),/san)
BTF	?= $(firstword $(wildcard /sys/kernel/btf/vmlinux) none)
prefix	?= /usr/local
CC	= gcc
CLANG	?= clang
BPFTOOL	?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)

CFLAGS	?= -O2 -g
WARN	:= -Wall -Wextra -Wno-missing-field-initializers
KX_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -Iinclude -Itools -I$(O)/skel $(CFLAGS)
LIBS	:= -Wl,-Bstatic -lbpf -lelf -lz -Wl,-Bdynamic
PIC_CFLAGS := -fPIC -fvisibility=hidden
ifeq ($(SAN),1)
KX_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	     -fno-omit-frame-pointer
endif

# Kernel code: the types come from BTF, or where there is none from minimal.h.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter \
	      -fms-extensions -Wno-microsoft-anon-tag \
	      -D__TARGET_ARCH_$(ARCH) -Ivmlinux -I$(O)/vmlinux -Ibpf -Iinclude \
	      -idirafter /usr/include/$(MULTIARCH)
ifeq ($(BTF),none)
BPF_CFLAGS += -DKX_MINIMAL
VMLINUX_H :=
else
VMLINUX_H := $(O)/vmlinux/vmlinux_btf.h
endif

ifeq ($(V),1)
Q	:=
say	:= @:
else
Q	:= @
say	= @printf '  %-7s %s\n' $(1) $(2);
MAKEFLAGS += --no-print-directory
endif

BPF	:= $(patsubst bpf/%.bpf.c,%,$(wildcard bpf/*.bpf.c))
SKELS	:= $(BPF:%=$(O)/skel/%.skel.h)
TOOLS	:= kx kxtrace kxlog kxfilter
LIB_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard src/*/*.c))
PIC_OBJS := $(LIB_OBJS:$(O)/%=$(O)/pic/%)
LIB	:= $(O)/pic/libkx.a $(O)/libkx.so
SONAME	:= libkx.so.$(firstword $(subst ., ,$(VERSION)))
kx_OBJS	:= $(patsubst %.c,$(O)/%.o,$(wildcard tools/kx/*.c))
kxtrace_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard tools/kxtrace/*.c \
		  tools/kxtrace/decode/*.c tools/kxtrace/xlat/*.c \
		  tools/kxtrace/options/*.c tools/kxtrace/views/*.c \
		  tools/kxtrace/policy/*.c))
# The page of kxtrace --report, in the program.
REPORT_PAGE := $(wildcard tools/kxtrace/report/*)
kxtrace_OBJS += $(O)/tools/kxtrace/report.page.o
kxlog_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard tools/kxlog/*.c))
kxfilter_OBJS := $(patsubst %.c,$(O)/%.o,$(filter-out tools/kxfilter/reference/%, \
		   $(wildcard tools/kxfilter/*.c tools/kxfilter/*/*.c)))
# What the programs say, and how those of verbs find them.
CLI_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard tools/cli/*.c))
OBJS	:= $(LIB_OBJS) $(CLI_OBJS) $(kx_OBJS) $(kxtrace_OBJS) $(kxlog_OBJS) $(kxfilter_OBJS)

# What kxlog uses where it is: HAVE_NAME, the header, the library.
KXLOG_OPTIONAL := NATS:nats/nats.h:nats MICROHTTPD:microhttpd.h:microhttpd
# The same for kxtrace: records are packed by zstd, stacks unwound by libdw, --top has a screen.
# Static, these libraries would need others.
KXTRACE_OPTIONAL := ZSTD:zstd.h:zstd LIBDW:elfutils/libdwfl.h:dw NCURSES:ncurses.h:ncurses
field	= $(word $(1),$(subst :, ,$(2)))
have	= $(shell $(CC) -E -include $(1) -x c /dev/null >/dev/null 2>&1 && echo yes)
KXLOG_FOUND := $(foreach row,$(KXLOG_OPTIONAL),$(if $(call have,$(call field,2,$(row))),$(row)))
KXLOG_CFLAGS := $(foreach row,$(KXLOG_FOUND),-DHAVE_$(call field,1,$(row)))
kxlog_LIBS := $(foreach row,$(KXLOG_FOUND),-l$(call field,3,$(row)))
$(kxlog_OBJS): KX_CFLAGS += $(KXLOG_CFLAGS)
KXTRACE_FOUND := $(foreach row,$(KXTRACE_OPTIONAL),$(if $(call have,$(call field,2,$(row))),$(row)))
KXTRACE_CFLAGS := $(foreach row,$(KXTRACE_FOUND),-DHAVE_$(call field,1,$(row)))
# What is static in kxtrace stays its own: libdw brings a libelf of its own.
kxtrace_LIBS := -Wl,--exclude-libs,ALL $(foreach row,$(KXTRACE_FOUND),-l$(call field,3,$(row)))
$(kxtrace_OBJS): KX_CFLAGS += $(KXTRACE_CFLAGS)
# And for kxfilter: captures are read and written by libpcap, top has a screen.
KXFILTER_OPTIONAL := PCAP:pcap/pcap.h:pcap NCURSES:ncurses.h:ncurses
KXFILTER_FOUND := $(foreach row,$(KXFILTER_OPTIONAL),$(if $(call have,$(call field,2,$(row))),$(row)))
KXFILTER_CFLAGS := $(foreach row,$(KXFILTER_FOUND),-DHAVE_$(call field,1,$(row)))
kxfilter_LIBS := $(foreach row,$(KXFILTER_FOUND),-l$(call field,3,$(row)))
$(kxfilter_OBJS): KX_CFLAGS += -Ibpf $(KXFILTER_CFLAGS)
$(CLI_OBJS): KX_CFLAGS += $(filter -DHAVE_NCURSES,$(KXFILTER_CFLAGS))
# Unit tests of kxlog's parts; the others are linked with kxtrace's.
KXLOG_UNITS := $(patsubst %,$(O)/tests/unit/%.t,spool exposition)
KXFILTER_UNITS := $(patsubst tests/unit/%.c,$(O)/tests/unit/%.t,$(wildcard tests/unit/kxfilter_*.c))
UNITS	:= $(patsubst tests/unit/%.c,$(O)/tests/unit/%.t,$(filter-out %.bpf.c,$(wildcard tests/unit/*.c)))
HELPERS	:= $(patsubst %.c,$(O)/%,$(filter-out %.bpf.c,$(wildcard \
		  tests/live/*.c tests/prog/*.c tests/bench/*.c)))
# These are linked with kxlog's parts; one needs NATS.
SINK_HELPERS := $(patsubst %,$(O)/tests/%,live/sink_drive \
		  $(if $(findstring NATS,$(KXLOG_FOUND)),live/nats_read bench/nats_plain))
# And one with kxtrace's.
TREE_HELPER := $(O)/tests/live/roundtrip
HELPERS	:= $(filter-out %/sink_drive %/nats_read %/nats_plain $(TREE_HELPER),$(HELPERS))
# These with the compiler of kxfilter and its reference.
FILTER_HELPERS := $(patsubst %,$(O)/tests/%,live/kxfilter_verdicts live/kxfilter_packet live/kxfilter_traffic live/kxfilter_large live/kxfilter_states \
		    bench/filter live/track live/trkload live/trknat live/trkrules live/trkhold bench/tracking)
FILTER_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard tools/kxfilter/compile/*.c \
		 tools/kxfilter/reference/*.c) tools/kxfilter/fields.c tools/kxfilter/set.c)
HELPERS	:= $(filter-out $(FILTER_HELPERS),$(HELPERS))
# And one with its language, too.
NFT_HELPER := $(O)/tests/live/kxfilter_nft
HELPERS	:= $(filter-out $(NFT_HELPER),$(HELPERS))
# A program of 32 bits, without anything of ours in it.
NARROW_HELPERS := $(O)/tests/live/compat
HELPERS	:= $(filter-out $(NARROW_HELPERS),$(HELPERS))
TEST_BPF := $(patsubst tests/bench/%.bpf.c,%,$(wildcard tests/bench/*.bpf.c))
UNIT_BPF := $(patsubst tests/unit/%.bpf.c,$(O)/bpf/%.bpf.o,$(wildcard tests/unit/*.bpf.c))
FUZZERS	:= $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
TEST_EXT := $(patsubst %.bpf.c,$(O)/%.bpf.o,$(wildcard tests/ext/*.bpf.c examples/*/*.bpf.c))

all: $(TOOLS:%=$(O)/%) $(LIB)

# The library's inside is for itself and for what tests it.
$(LIB_OBJS) $(PIC_OBJS) $(UNITS) $(HELPERS): private KX_CFLAGS += -Isrc

# A change of compiler or flags rebuilds what they made.
FLAGS	:= $(CC) $(KX_CFLAGS) $(KXLOG_CFLAGS) $(KXTRACE_CFLAGS) $(PIC_CFLAGS) $(CLANG) $(BPF_CFLAGS) $(BTF)
$(O)/flags: FORCE
	@mkdir -p $(@D); echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

$(O)/vmlinux/vmlinux_btf.h: $(O)/flags
	$(call say,BTF,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) btf dump file $(BTF) format c >$@.new && mv $@.new $@

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(VMLINUX_H) $(O)/flags
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.dwarf
	$(Q)$(BPFTOOL) gen object $@ $@.dwarf && rm $@.dwarf

define test_object
$(call say,BPF,$<)
@mkdir -p $(@D)
$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.dwarf
$(Q)$(BPFTOOL) gen object $@ $@.dwarf && rm $@.dwarf
endef

$(O)/bpf/%.bpf.o: tests/bench/%.bpf.c $(VMLINUX_H) $(O)/flags
	$(test_object)

$(O)/bpf/%.bpf.o: tests/unit/%.bpf.c $(VMLINUX_H) $(O)/flags
	$(test_object)

# Extensions that the tests load; one object for all kernels.
$(TEST_EXT): $(O)/%.bpf.o: %.bpf.c $(VMLINUX_H) $(O)/flags
	$(test_object)

$(O)/skel/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@.new && mv $@.new $@

$(O)/%.o: %.c $(O)/flags | $(SKELS)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) -MMD -MP -c $< -o $@

$(O)/tools/kxtrace/report.page.o: $(REPORT_PAGE)
	$(call say,PAGE,$@)
	@mkdir -p $(@D)
	$(Q)cd tools/kxtrace/report && ld -r -b binary -z noexecstack -o $(abspath $@) $(notdir $(REPORT_PAGE))

$(O)/libkx.a: $(LIB_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(O)/cli.a: $(CLI_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

# libkx for others: only what kx.h declares can be seen, in either form.
$(O)/pic/%.o: %.c $(O)/flags | $(SKELS)
	$(call say,PIC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) $(PIC_CFLAGS) -MMD -MP -c $< -o $@

$(O)/pic/libkx.a: $(PIC_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ld -r $^ -o $(@:.a=.o) && objcopy --localize-hidden $(@:.a=.o) && ar rcs $@ $(@:.a=.o)

$(O)/libkx.so.$(VERSION): $(PIC_OBJS) src/libkx.map $(O)/flags
	$(call say,LINK,$@)
	$(Q)$(CC) $(KX_CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs \
		-Wl,--version-script,src/libkx.map $(PIC_OBJS) -lbpf -lelf -lz -o $@

$(O)/libkx.so: $(O)/libkx.so.$(VERSION)
	$(Q)ln -sf libkx.so.$(VERSION) $(O)/$(SONAME) && ln -sf $(SONAME) $@

.SECONDEXPANSION:
$(TOOLS:%=$(O)/%): $(O)/%: $$(%_OBJS) $(O)/cli.a $(O)/libkx.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(KX_CFLAGS) $(LDFLAGS) $^ $(LIBS) $($*_LIBS) -o $@

# Unit tests are linked with everything but the program's main().
define unit_test
$(call say,TEST,$<)
@mkdir -p $(@D)
$(Q)$(CC) $(KX_CFLAGS) -DKX_BUILD='"$(O)"' -Itools/$(1) -MMD -MP -MF $(@:.t=.d) $< $(filter %.o %.a,$^) $(LIBS) $($(1)_LIBS) -o $@
endef

$(filter-out $(KXLOG_UNITS) $(KXFILTER_UNITS),$(UNITS)): $(O)/tests/unit/%.t: tests/unit/%.c $(filter-out %/main.o,$(kxtrace_OBJS)) $(O)/cli.a $(O)/libkx.a | $(UNIT_BPF)
	$(call unit_test,kxtrace)

$(KXLOG_UNITS): $(O)/tests/unit/%.t: tests/unit/%.c $(filter-out %/main.o,$(kxlog_OBJS)) $(O)/cli.a $(O)/libkx.a
	$(call unit_test,kxlog)

$(KXFILTER_UNITS): KX_CFLAGS += -Ibpf
$(KXFILTER_UNITS): $(O)/tests/unit/%.t: tests/unit/%.c $(filter-out %/main.o,$(kxfilter_OBJS)) $(O)/cli.a $(O)/libkx.a
	$(call unit_test,kxfilter)

$(HELPERS): $(O)/%: %.c $(O)/libkx.a | $(SKELS) $(TEST_BPF:%=$(O)/skel/%.skel.h)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) -MMD -MP -MF $@.d $< $(O)/libkx.a $(LIBS) -lpthread -o $@

$(NARROW_HELPERS): $(O)/%: %.c $(O)/flags
	$(call say,CC32,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -m32 -static -idirafter /usr/include/$(MULTIARCH) $< -o $@

$(SINK_HELPERS): $(O)/%: %.c $(filter-out %/main.o,$(kxlog_OBJS)) $(O)/cli.a $(O)/libkx.a
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) $(KXLOG_CFLAGS) -Itools/kxlog -MMD -MP -MF $@.d $< $(filter %.o %.a,$^) $(LIBS) $(kxlog_LIBS) -lpthread -o $@

$(FILTER_HELPERS): $(O)/%: %.c $(FILTER_OBJS) | $(O)/bpf/kxfilter.bpf.o $(TEST_BPF:%=$(O)/skel/%.skel.h)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) -MMD -MP -MF $@.d $< $(filter %.o,$^) $(LIBS) -o $@

$(NFT_HELPER): $(O)/%: %.c $(FILTER_OBJS) $(filter $(O)/tools/kxfilter/language/%,$(kxfilter_OBJS))
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) -MMD -MP -MF $@.d $< $(filter %.o,$^) $(LIBS) -o $@

$(TREE_HELPER): $(O)/%: %.c $(patsubst %,$(O)/tools/kxtrace/%.o,tree tree_text tree_json out)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KX_CFLAGS) -Itools/kxtrace -MMD -MP -MF $@.d $< $(filter %.o,$^) -o $@

# Fuzzers have the library in them, instrumented; they run on a copy of the corpus.
RUNS	?= 20000
FUZZ_CFLAGS := $(filter-out -O2,$(KX_CFLAGS)) -Isrc -O1 -fsanitize=fuzzer,address,undefined \
	       -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_OBJS := $(patsubst src/%.c,$(O)/fuzz/src/%.o,$(wildcard src/*/*.c))
FUZZ_KXLOG := $(patsubst %,$(O)/fuzz/tools/%.o,cli/utf8 kxlog/record kxlog/exposition \
		kxlog/exposition_line kxlog/lines)
# Those of kxtrace are linked with all of it but its main().
KXTRACE_FUZZERS := records kxt_options kxt_policy trace_file
FUZZ_KXTRACE := $(patsubst $(O)/%,$(O)/fuzz/%,$(filter-out %/main.o %/report.page.o,$(kxtrace_OBJS)) \
		  $(O)/tools/cli/screen.o)
$(FUZZ_KXTRACE): private FUZZ_CFLAGS += $(KXTRACE_CFLAGS)
FUZZ_TREE := $(patsubst %,$(O)/fuzz/tools/kxtrace/%.o,tree tree_text tree_json out)
FUZZ_KXFILTER := $(patsubst %.c,$(O)/fuzz/%.o,$(wildcard tools/kxfilter/language/*.c) \
		   tools/kxfilter/fields.c tools/kxfilter/set.c)
FUZZ_SAVED := $(patsubst %,$(O)/fuzz/tools/kxfilter/%.o,saved/file device/device device/netdev)
$(FUZZ_OBJS) $(FUZZ_KXLOG) $(FUZZ_KXTRACE) $(FUZZ_KXFILTER) $(FUZZ_SAVED): $(O)/fuzz/%.o: %.c $(O)/flags | $(SKELS)
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(subst =fuzzer,=fuzzer-no-link,$(FUZZ_CFLAGS)) -MMD -MP -c $< -o $@

$(O)/fuzz/spool $(O)/fuzz/exposition: $(FUZZ_KXLOG)
$(KXTRACE_FUZZERS:%=$(O)/fuzz/%): $(FUZZ_KXTRACE) $(O)/tools/kxtrace/report.page.o
$(KXTRACE_FUZZERS:%=$(O)/fuzz/%): private LIBS += $(kxtrace_LIBS)
$(O)/fuzz/tree: $(FUZZ_TREE)
$(O)/fuzz/kxf_rules: $(FUZZ_KXFILTER)
$(O)/fuzz/kxf_saved: $(FUZZ_KXFILTER) $(FUZZ_SAVED)
$(FUZZ_SAVED): private FUZZ_CFLAGS += -Wno-gnu-variable-sized-type-not-at-end
$(FUZZERS:%=$(O)/fuzz/%): $(O)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJS)
	$(call say,FUZZ,$<)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) $^ $(LIBS) -o $@

# kxtrace's complain of every input; what a sanitizer says is still shown.
fuzz: $(FUZZERS:%=$(O)/fuzz/%)
	$(Q)for f in $(FUZZERS); do \
		rm -rf $(O)/fuzz/$$f.corpus && cp -r tests/fuzz/corpus/$$f $(O)/fuzz/$$f.corpus && \
		$(O)/fuzz/$$f $(O)/fuzz/$$f.corpus -runs=$(RUNS) -max_len=65536 -timeout=10 \
			-rss_limit_mb=2048 -verbosity=0 -close_fd_mask=$$(case " $(KXTRACE_FUZZERS) " in *" $$f "*) echo 3;; *) echo 0;; esac) -print_final_stats=1 \
			-artifact_prefix=$(O)/fuzz/ || exit 1; \
	done

-include $(OBJS:.o=.d) $(PIC_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(FUZZ_KXLOG:.o=.d) $(FUZZ_KXTRACE:.o=.d) $(FUZZ_KXFILTER:.o=.d) $(BPF:%=$(O)/bpf/%.bpf.d) $(UNITS:.t=.d) $(UNIT_BPF:.o=.d) $(HELPERS:=.d) $(SINK_HELPERS:=.d) $(FILTER_HELPERS:=.d) $(NFT_HELPER:=.d) $(FILTER_OBJS:.o=.d) $(TREE_HELPER:=.d) $(TEST_EXT:.o=.d)

# What a machine must have; `make deps` installs what is missing.
BUILD_PACKAGES := gcc libc6-dev make clang libbpf-dev bpftool libelf-dev zlib1g-dev
TEST_PACKAGES := $(BUILD_PACKAGES) libclang-rt-dev perl g++ pkg-config strace git curl python3 \
		 procps iproute2 \
		 qemu-system-x86 qemu-system-common busybox-static cpio kmod xz-utils \
		 tar bash coreutils findutils chromium \
		 libzstd-dev libnats-dev nats-server libmicrohttpd-dev prometheus systemd \
		 nftables iputils-ping lib32gcc-12-dev libc6-dev-i386 libncurses-dev bsdutils tmux \
		 libdw-dev nodejs nginx-light iperf3 tcpdump libpcap-dev
BENCH_PACKAGES := $(BUILD_PACKAGES) strace linux-perf bpftrace perl libnats-dev nats-server \
		  iproute2 nftables xdp-tools util-linux

define install
@missing=; for p in $(1); do \
	dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || missing="$$missing $$p"; \
done; \
if [ -z "$$missing" ]; then exit 0; fi; \
echo "kx: installing by apt-get:$$missing"; \
if [ $$(id -u) = 0 ]; then sudo=; else sudo=sudo; fi; \
$$sudo apt-get update -q >/dev/null && \
DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q --no-install-recommends $$missing >/dev/null || \
{ echo "kx: apt-get could not install:$$missing; install them by hand, then run make again" >&2; exit 1; }
endef

deps:
	$(call install,$(BUILD_PACKAGES))

deps-test:
	$(call install,$(TEST_PACKAGES))

deps-bench:
	$(call install,$(BENCH_PACKAGES))

ROOT	= $(if $(filter 0,$(shell id -u)),,sudo)

# The life of an extension; written and built by whoever asks, the rest by root.
define life
mkdir -p $(O)/demo && cd $(O)/demo && as= && \
kx() { \
	echo "+ kx $$*"; \
	$$as env XDG_CACHE_HOME='$(abspath $(O))/demo' '$(abspath $(O))/kx' "$$@"; \
} && \
kx new --force demo && kx build demo.bpf.c && as='$(ROOT)' && kx load demo.bpf.o step=2 && \
{ kx list && kx log demo && kx get demo.started && kx set demo.step=10 && kx get demo; result=$$?; \
kx unload demo && exit $$result; }
endef

demo: deps
	@$(MAKE) all
	@echo '+ kxtrace cat /etc/hostname'
	@$(ROOT) $(O)/kxtrace cat /etc/hostname
	@echo '+ kxtrace -c -f sh -c "ls /usr | wc -l"'
	@$(ROOT) $(O)/kxtrace -c -f sh -c 'ls /usr | wc -l'
	@$(life)

JOBS	:= -j$(shell nproc)

# Unit tests run under the sanitizers and need no root; the others do. Other kernels run beside
# them all, with the time that is left; the rest one after the other, but for those that wait.
test: deps-test
	@$(MAKE) $(JOBS) all test-helpers
	@$(MAKE) $(JOBS) SAN=1 unit
	@$(MAKE) $(JOBS) fuzz RUNS=5000
	@$(MAKE) $(JOBS) BTF=none O=build/minimal all
	@$(ROOT) prove --timer -j3 --rules 'par=tests/vm/kernels.t' \
		--rules 'par=tests/live/{nats,journal,metrics}.t' --rules 'seq=**' \
		tests/vm tests/prog tests/live

unit: $(UNITS) $(LIB)
	@KX_BUILD=$(O) prove tests/unit
	@prove --exec '' $(UNITS)

test-helpers: $(HELPERS) $(NARROW_HELPERS) $(SINK_HELPERS) $(FILTER_HELPERS) $(NFT_HELPER) $(TREE_HELPER) $(TEST_EXT)

bench: deps-bench
	@$(MAKE) all test-helpers
	@$(ROOT) tests/bench/run
	@$(ROOT) tests/bench/replay
	@$(ROOT) tests/bench/messages
	@$(ROOT) tests/bench/extensions
	@$(ROOT) tests/bench/shares
	@$(ROOT) tests/bench/channels
	@$(ROOT) tests/bench/inject
	@$(ROOT) tests/bench/doors
	@$(ROOT) tests/bench/policy
	@$(ROOT) tests/bench/filters
	@$(ROOT) tests/bench/nats

install: all
	install -d $(DESTDIR)$(prefix)/sbin $(DESTDIR)$(prefix)/include/kx $(DESTDIR)$(prefix)/lib
	install -m 755 $(TOOLS:%=$(O)/%) $(DESTDIR)$(prefix)/sbin
	install -m 644 include/kx/*.h $(DESTDIR)$(prefix)/include/kx
	install -m 644 $(O)/pic/libkx.a $(DESTDIR)$(prefix)/lib
	install -m 755 $(O)/libkx.so.$(VERSION) $(DESTDIR)$(prefix)/lib
	ln -sf libkx.so.$(VERSION) $(DESTDIR)$(prefix)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(prefix)/lib/libkx.so
	install -d $(DESTDIR)$(prefix)/lib/pkgconfig
	sed 's|@prefix@|$(prefix)|; s|@version@|$(VERSION)|' src/libkx.pc.in >$(DESTDIR)$(prefix)/lib/pkgconfig/libkx.pc
	install -d $(DESTDIR)$(prefix)/lib/systemd/system
	sed 's|@prefix@|$(prefix)|' tools/kxlog/kxlog.service >$(DESTDIR)$(prefix)/lib/systemd/system/kxlog.service
	sed 's|@prefix@|$(prefix)|' tools/kxfilter/saved/kxfilter.service >$(DESTDIR)$(prefix)/lib/systemd/system/kxfilter.service
	install -d $(DESTDIR)$(prefix)/share/kx/new
	install -m 644 vmlinux/*.h $(DESTDIR)$(prefix)/share/kx
	install -m 644 docs/schema/*.json $(DESTDIR)$(prefix)/share/kx
	install -m 644 tools/kx/new/*.bpf.c $(DESTDIR)$(prefix)/share/kx/new
	install -d $(addprefix $(DESTDIR)$(prefix)/share/man/man,1 5 7 8)
	install -m 644 docs/man/*.5 $(DESTDIR)$(prefix)/share/man/man5
	install -m 644 docs/man/*.7 $(DESTDIR)$(prefix)/share/man/man7
	install -m 644 docs/man/*.8 $(DESTDIR)$(prefix)/share/man/man8
	install -m 644 docs/man/*.1 $(DESTDIR)$(prefix)/share/man/man1
	install -d $(DESTDIR)$(prefix)/share/bash-completion/completions
	install -m 644 docs/completion/kxtrace.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/kxtrace
	install -m 644 docs/completion/kxlog.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/kxlog
	install -m 644 docs/completion/kxfilter.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/kxfilter
	install -m 644 docs/completion/kx.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/kx

clean:
	rm -rf build

help:
	@echo 'make            builds kx, kxtrace, kxlog, kxfilter, libkx, build/libkx.so'
	@echo 'make demo       installs what is needed, builds, traces a real command,'
	@echo '                and loads, changes and unloads an extension'
	@echo 'make test       installs what is needed, builds, runs all tests'
	@echo 'make fuzz       RUNS=10000000: damaged objects, as many as that'
	@echo 'make bench      tables of ratios, measured in one run'
	@echo 'make install    DESTDIR= prefix=/usr/local: programs, libkx with its headers, manuals'
	@echo 'V=1 shows the commands, SAN=1 adds sanitizers, O=DIR builds elsewhere,'
	@echo 'BTF=none builds from vmlinux/minimal.h instead of the kernel'"'"'s BTF'

FORCE:
.PHONY: all deps deps-test deps-bench demo test unit fuzz test-helpers bench install clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:
