# The SIMD reference and benchmark suite for variational autoencoders, and its trainer.
# `make help` lists the targets. Variables meant for you: CC, OPT, CPPFLAGS, CFLAGS, LDFLAGS, BUILD, WERROR=1, SAN, DATA,
# OUT_DIR, TRAIN, FULL, BASE, FILTER, V=1.

# BSD make shows this line and stops; to GNU make it is a variable that nobody reads.
.error := this Makefile is for GNU make: run gmake

ifeq ($(origin CC),default)
CC      := gcc
endif
OPT     ?= -O3 -g1
WERROR  ?=
SAN     ?=
BUILD   ?= build
DATA    ?= synthetic
OUT_DIR ?= out
TRAIN   ?= --optimizer adam --samples 1000000

# ---- configuration: objects of each set of flags live apart, under $(BUILD)/<hash> ----------------
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
# What isa.def says for this compiler's target, in its order: isa:NAME:ENCODING:BITS:FLAGS:KNOWN_FLAGS, peer:NAME
ISA_DEF := $(shell $(CC) $(CPPFLAGS) -E -P '-DSV_ISA(name, encoding, bits, cpuinfo, flags, known)=isa:name:encoding:bits:flags:known' \
    '-DSV_PEERS(name, ...)=peer:name' -x c kernels/isa.def 2>/dev/null | sed 's/"//g; s/ /,/g')
isa_column = $(word $(2),$(subst :, ,$(filter isa:$(1):%,$(ISA_DEF))))
ISAS    := $(foreach i,$(filter isa:%,$(ISA_DEF)),$(word 2,$(subst :, ,$(i))))
comma   := ,
known   = $(if $(1),$(shell $(CC) $(1) -E -x c /dev/null >/dev/null 2>&1 && echo '$(1)'))
# Everything but the folders of ISAs is compiled for the baseline.
$(foreach i,$(ISAS),$(eval FLAGS_$(i) := $(subst $(comma), ,$(call isa_column,$(i),5)) \
    $(call known,$(subst $(comma), ,$(call isa_column,$(i),6)))))

# Cross-compilers have a pkg-config of their own, or none.
PKG_CONFIG ?= $(if $(PKG_CONFIG_LIBDIR)$(filter $(shell uname -m)-%,$(MACHINE)),,$(MACHINE)-)pkg-config
PKG_CFLAGS := $(shell for p in libpng minizip zlib jansson check; do $(PKG_CONFIG) --cflags $$p; done 2>/dev/null)
static = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a 2>/dev/null))
# Where pkg-config finds the library, its archive, for a program that needs libc and libm alone (DYNAMIC=1, for
# distributions: the shared library); if there is none, what pkg-config says; if it knows nothing, what the compiler finds.
library = $(or $(if $(DYNAMIC),$(shell $(PKG_CONFIG) --libs $(2) 2>/dev/null)),$(shell eval set -- $$(PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 $(PKG_CONFIG) --libs-only-L $(2) 2>/dev/null | sed 's:-L/:/:g'); \
    for d; do [ ! -f "$$d/lib$(1).a" ] || { echo "'$$d/lib$(1).a'"; exit; }; done; \
    $(PKG_CONFIG) --libs $(2) 2>/dev/null),$(call static,$(1)),-l$(1))
LIBS      := $(call library,png,libpng) $(call library,minizip,minizip) $(call library,z,zlib) $(call library,jansson,jansson) -lm -pthread
TEST_LIBS := $(or $(shell $(PKG_CONFIG) --libs check 2>/dev/null),-lcheck)

WARN  := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
# No contraction, no fast-math: each rounding is written down, so that bits agree across ISAs.
FLAGS := -std=c11 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno $(WARN) $(OPT) \
         $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
COMPILE = $(CC) $(FLAGS) $(FLAGS_$(call isa_of,$<)) $(DEFINES) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c
LINK    = $(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
# One a line, as the shell splits them.
flags = printf '%s\n' $(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS)
HASH  := $(shell { $(flags); printf '%s\n' $(PKG_CFLAGS) $(LDFLAGS) $(TEST_LIBS) $(LIBS) $(CXX) $(CXXFLAGS); } \
    2>/dev/null | cksum | cut -d' ' -f1)
# What may change the code: not where it is built, nor which warnings are errors.
CODE  := $(shell $(flags) | grep -vE '^-(Werror|f[a-z]*-(prefix-map|compilation-dir)=)' | cksum | cut -d' ' -f1)
DIR   := $(BUILD)/$(HASH)
Q     := $(if $(V),,@)

# Built for another machine, the programs run under an emulator.
ARM_CC    := aarch64-linux-gnu-gcc
ARM_LIB   := /usr/lib/aarch64-linux-gnu
EMULATOR  :=
PROGRAM   := $(DIR)/vae$(if $(EMULATOR),-emulated)

# Sorted here: some releases of make give files in the directory's order, and objects are linked in this one.
files = $(sort $(wildcard $(1)))
KERNELS   := $(call files,kernels/*.c) $(foreach i,$(ISAS),$(call files,kernels/$(i)/*.c))
REFERENCE := $(call files,reference/*_ref.c)
VERIFY    := $(call files,reference/verify/*.c)
COMMANDS  := $(call files,vae/cli/main.c vae/cli/cmd_*.c)
MANUAL    := $(call files,vae/manual/*.c)
API       := $(call files,vae/api/*.c)
VAE       := $(filter-out $(COMMANDS) $(MANUAL) $(API),$(call files,vae/*/*.c))
GOLDEN    := $(call files,reference/golden/*.c)
TESTS     := $(call files,tests/*.c) $(filter-out vae/manual/manual.c,$(MANUAL)) tests/golden/golden_training.c $(GOLDEN) reference/generators/accuracy.c
COMPILED  := $(strip $(foreach i,$(ISAS),$(if $(filter vex evex,$(call isa_column,$(i),3)),$(i))))
# Each *_bench.c is a program; the others are shared.
BENCH     := $(filter-out bench/%_bench.c,$(call files,bench/*.c))
BENCH_PEERS := $(call files,bench/peers/*.c)

objects = $(patsubst %.c,$(DIR)/obj/%.o,$(1))
REF_OBJ := $(call objects,$(REFERENCE) reference/vae_oracle.c reference/oracle_noise.c) $(patsubst %.c,$(DIR)/obj/%.f64.o,$(REFERENCE))
LIB_OBJ := $(call objects,$(KERNELS) $(VAE) $(VERIFY)) $(REF_OBJ)

# Peers of the benchmarks that must be compiled or linked first, as far as they are installed.
EIGEN := $(if $(shell command -v $(CXX)),$(shell $(PKG_CONFIG) --cflags eigen3 2>/dev/null))
# Not where CC builds for another machine than CXX.
cpu_of = $(firstword $(subst -, ,$(shell $(1) -dumpmachine 2>/dev/null)))
GBENCH := $(and $(filter $(call cpu_of,$(CC)),$(call cpu_of,$(CXX))),$(shell $(PKG_CONFIG) --libs benchmark 2>/dev/null))
XSMM  := $(call static,xsmm) $(call static,xsmmnoblas)
PEERS := $(if $(EIGEN),$(patsubst peer:%,$(DIR)/eigen_%.so,$(filter peer:%,$(ISA_DEF)))) $(if $(XSMM),$(DIR)/xsmm.so)

# ---- targets -----------------------------------------------------------------------------------
.PHONY: all
all: $(DIR)/vae ## build the program, build/vae (BUILD=DIR: elsewhere, the sources are only read)
	$(Q)ln -sfn $(HASH)/vae $(BUILD)/vae

# The pages bear the day of the version: SOURCE_DATE_EPOCH, or the commit's, or the file's.
DATE = $(or $(SOURCE_DATE_EPOCH),$(if $(wildcard .git),$(shell git log -1 --format=%ct -- VERSION 2>/dev/null)),\
    $(shell date -r VERSION +%s))
.PHONY: docs
docs: $(DIR)/manual ## manual pages and completions, below build/share
	$(Q)$(EMULATOR) $< $(BUILD)/share $(DATE)

.PHONY: train
train: all ## build, then train on DATA (default: synthetic digits) into OUT_DIR
	$(Q)$(BUILD)/vae train --data "$(DATA)" --out "$(OUT_DIR)" $(TRAIN)

# Tests in parts that -j2 runs side by side, by Check's tags: the kernels' cases, suites that run the program, training,
# and the others; first those that take longest. Those with threads are parts of their own for the thread sanitizer.
# LEAVE_OUT: tags of cases to skip. What is "derived" follows from the bits of training, which other suites compare;
# what is "large" runs the program at sizes of daily use, on code that other cases run at small ones.
PARTS      := kernels program training others
TSAN_PARTS := threads threads-program
part_tags  = CK_EXCLUDE_TAGS='$(if $(filter others,$1),$(filter-out others,$(PARTS))) $(LEAVE_OUT)' \
             $(if $(filter-out others,$1),CK_INCLUDE_TAGS=$1)
.PHONY: test check $(PARTS:%=test-%) $(PARTS:%=check-%) $(TSAN_PARTS:%=check-%)
test: objcheck $(PARTS:%=test-%) ## every check (-j2: side by side)
check: $(PARTS:%=check-%) ## the same kinds of checks, thinned
$(PARTS:%=test-%): test-%: $(DIR)/vae $(DIR)/tests
	$(Q)$(call part_tags,$*) VAE_BIN=$(DIR)/vae $(DIR)/tests
$(PARTS:%=check-%) $(TSAN_PARTS:%=check-%): check-%: $(PROGRAM) $(DIR)/tests
	$(Q)$(call part_tags,$*) $(if $(filter kernels,$*),$(KERNELS_WORK)) \
	    SV_QUICK=1 VAE_BIN=$(PROGRAM) $(EMULATOR) $(DIR)/tests

ARM_PARTS ?= $(PARTS)
.PHONY: arm
arm arm-mca: export PKG_CONFIG_LIBDIR := $(ARM_LIB)/pkgconfig
arm: ## cross-build for 64-bit Arm and make check there, emulated (make deps-arm)
	$(Q)SV_MOST_WORK=500000 SV_SLOW=1 CK_TIMEOUT_MULTIPLIER=4 \
	    $(MAKE) CC='$(ARM_CC)' LDFLAGS=-static EMULATOR=qemu-aarch64 LEAVE_OUT=derived \
	    $(ARM_PARTS:%=check-%) objcheck
	$(Q)$(MAKE) CC='$(ARM_CC)' benches

OBJCHECK  = $(foreach i,$(ISAS),$(i):$(call isa_column,$(i),3):$(call isa_column,$(i),4))
QUOTED_CC = '$(subst ','\'',$(CC))'
.PHONY: objcheck
objcheck: $(DIR)/vae $(DIR)/tests ## no object file holds instructions that its folder may not use
	$(Q)$(if $(filter x86_64-%,$(MACHINE)),CC=$(QUOTED_CC) tests/objcheck.sh $(DIR)/obj $(OBJCHECK))
	$(Q)$(if $(filter aarch64-%,$(MACHINE)),CC=$(QUOTED_CC) tests/objcheck_arm.sh $(DIR)/obj $(OBJCHECK))

COMMIT = $(or $(shell [ -e .git ] && git describe --always --dirty 2>/dev/null),unknown)
.PHONY: exhaustive
exhaustive: $(DIR)/exhaustive ## all 2^32 inputs of exp, log, tanh ... into results/accuracy.json (EVERY=257: thinned)
	$(Q)$(DIR)/exhaustive $(if $(EVERY),--every $(EVERY), \
	    --out results/accuracy.json --commit $(COMMIT))

.PHONY: bench
bench: benches ## every benchmark, into results/<machine>/ (FULL=1: variants and epilogues too)
	$(Q)for part in bench-kernels bench-maps bench-gemm bench-step bench-sustained startup bits; do \
	    echo "== $$part"; $(MAKE) --no-print-directory $$part || exit 1; done
bench bench-kernels: export BENCH_FULL := $(FULL)

.PHONY: bench-kernels bench-maps bench-gemm bench-step bench-sustained
bench-kernels: $(if $(GBENCH),$(DIR)/bench-kernels) ## every kernel of every instruction set, by Google Benchmark
	$(Q)$(if $(GBENCH),$< --benchmark_min_time=0.03,echo "bench-kernels skipped: no Google Benchmark; make peers")
bench-maps: $(DIR)/bench-maps ## functions, likelihoods, optimisers against SLEEF, the compiler and streams
	$(Q)$(if $(COMPILED),$<,echo "bench-maps skipped: for x86-64")
bench-gemm: $(DIR)/bench-gemm $(PEERS) ## GEMM against the FMA peak and other libraries
	$(Q)$<
bench-step: $(DIR)/bench-step ## training steps and forward passes against the FMA peak, PyTorch and ONNX Runtime
	$(Q)$<

bench-sustained: $(DIR)/bench-sustained ## training's speed after 10^6 samples against its first, on data that collapses models
	$(Q)$<

.PHONY: startup
startup: all ## memory and time to the first step on MNIST in VAE_DATA (default data)
	$(Q)bench/startup.py $(BUILD)/vae "$(or $(VAE_DATA),data)/mnist"

.PHONY: bits
bits: all ## SHA-256 of a short training run on every instruction set and several numbers of threads
	$(Q)bench/bits.py $(BUILD)/vae

.PHONY: benches
benches: $(DIR)/bench-step $(DIR)/bench-sustained $(DIR)/bench-gemm $(if $(COMPILED),$(DIR)/bench-maps) $(if $(GBENCH),$(DIR)/bench-kernels) ## build the benchmarks without running them

.PHONY: benchcheck
benchcheck: benches ## the benchmarks build, take their options, rows of Google Benchmark run, and make compare tells code from place
	$(Q)CC=$(QUOTED_CC) tests/machine_code.sh
	$(Q)tests/bench.sh $(DIR) step sustained gemm $(if $(COMPILED),maps) $(if $(GBENCH),kernels)
	$(Q)$(if $(GBENCH),$(DIR)/bench-kernels --benchmark_filter='^(tanh|gemm_nn)/.*/(1000|100x40x500)/hot' \
	    --benchmark_min_time=0.001,echo "benchcheck: nothing run: no Google Benchmark; make peers")

.PHONY: converge
converge: all ## train as in Figure 2 of the paper, by AEVB and wake-sleep, on VAE_DATA (default data), into results/convergence; goes on if stopped
	$(Q)bench/converge.py $(BUILD)/vae "$(or $(VAE_DATA),data)" results/convergence --commit $(COMMIT) $(CONVERGE)

.PHONY: figure2
figure2: converge ## the same

.PHONY: figure3
figure3: all ## train as in Figure 3 of the paper, on VAE_DATA (default data), into results/figure3; goes on if stopped
	$(Q)bench/figure3.py $(BUILD)/vae "$(or $(VAE_DATA),data)" results/figure3 --commit $(COMMIT) $(FIGURE3)

.PHONY: seeds warmup
seeds warmup: all ## train 784-500-20 on VAE_DATA (default data) from five seeds, or with warm-ups, into results/anchor
	$(Q)bench/anchor.py $@ $(BUILD)/vae "$(or $(VAE_DATA),data)" results/anchor --commit $(COMMIT) $(ANCHOR)

.PHONY: table1
table1: all ## IWAE's Table 1 on VAE_DATA (default data), into results/iwae (TABLE1="--passes 3280 --k 1,5,50"); goes on if stopped
	$(Q)bench/table1.py $(BUILD)/vae "$(or $(VAE_DATA),data)" results/iwae --commit $(COMMIT) $(TABLE1)

.PHONY: likelihood
likelihood: all ## train 784-500-20 on binarised MNIST in VAE_DATA (default data); bound, log p(x) and gaps into results/likelihood
	$(Q)bench/likelihood.py $(BUILD)/vae "$(or $(VAE_DATA),data)" results/likelihood --commit $(COMMIT) $(LIKELIHOOD)

.PHONY: report
report: ## REPORT.md and the figures in README.md, from results/ alone (OF=<folder of results>: another machine's)
	$(Q)bench/report/report.py $(OF)

.PHONY: compare
compare: $(if $(GBENCH),$(DIR)/bench-kernels) ## this tree against BASE=<commit>, alternating; fails where it is slower (FILTER=regex)
	$(Q)bench/compare.py "$(BASE)" $(DIR)/bench-kernels $(if $(FILTER),--filter '$(FILTER)')

.PHONY: arm-mca mca-objects
arm-mca: mca-objects ## the GEMM inner loops by llvm-mca's models of CPUs, into results/mca.json and mca.md
	$(Q)$(MAKE) CC='$(ARM_CC)' mca-objects
	$(Q)bench/mca.py $(BUILD)/mca results/$$(bench/results.py)/gemm.json results/mca
mca-objects: $(foreach i,$(filter-out generic,$(ISAS)),$(DIR)/obj/kernels/$(i)/kernels_$(i).o)
	@mkdir -p $(BUILD)/mca && cp $^ $(BUILD)/mca

.PHONY: asan ubsan sanitize
# But the golden sums, what follows from bits and large runs, which run what other suites run, and the yardstick's many
# rounds; large products shrink. LEAVE_OUT= WORK= leave nothing out and shrink nothing.
# Without AVX-512: its code is AVX2's but for the lanes, and instrumented it takes longest to compile.
sanitize: LEAVE_OUT = golden rounds derived large
sanitize: WORK = 500000
sanitize: ## make check under both sanitizers at once (LEAVE_OUT= WORK=: in full)
	$(Q)SV_SLOW=1 CK_TIMEOUT_MULTIPLIER=4 $(MAKE) LEAVE_OUT='$(LEAVE_OUT)' \
	    KERNELS_WORK='$(if $(WORK),SV_MOST_WORK=$(WORK))' SAN=address,undefined OPT='-O1 -g1' \
	    CPPFLAGS='$(CPPFLAGS) -DSV_WITHOUT_AVX512' $(PARTS:%=check-%)
asan ubsan: ## make check under the address or undefined-behaviour sanitizer
	$(Q)$(MAKE) check SAN=$(if $(filter asan,$@),address,undefined) OPT='-O1 -g1'

.PHONY: tsan
tsan: ## the checks that use threads under the thread sanitizer
	$(Q)SV_SLOW=1 CK_TIMEOUT_MULTIPLIER=4 $(MAKE) SAN=thread OPT='-O1 -g1' \
	    CPPFLAGS='$(CPPFLAGS) -DSV_WITHOUT_AVX512' $(TSAN_PARTS:%=check-%)

.PHONY: memcheck
memcheck: $(DIR)/vae ## a short train, eval and sample under valgrind
	$(Q)tests/memcheck.sh $(DIR)/vae

.PHONY: programs compilers buildcheck
programs: all $(foreach p,manual tests exhaustive known_answers golden_answers training_answers,$(DIR)/$(p)) benches ## all there is to compile
compilers: ## programs by every gcc-N and clang-N here (COMPILERS=), at every level (LEVELS=): no warning, the same bits
	+$(Q)LEVELS='$(LEVELS)' tests/compilers.sh $(COMPILERS)
buildcheck: ## the build as packagers do it: flags, prefixes, paths with spaces, no .git, the same bytes
	+$(Q)CC=$(QUOTED_CC) tests/builds.sh

.PHONY: fetchcheck
fetchcheck: ## make data against servers on this machine that stall, break off or send elsewhere
	$(Q)tests/fetch.sh

.PHONY: torchcheck
torchcheck: all ## checkpoints to PyTorch and back, as README shows; skipped where it is not installed
	$(Q)$(or $(wildcard /usr/bin/python3),python3) tests/pytorch.py $(BUILD)/vae README.md

.PHONY: oldcpu
oldcpu: $(DIR)/vae ## the program on emulated CPUs without AVX and without AVX-512 (x86-64)
	$(Q)tests/old_cpu.sh $(DIR)/vae

.PHONY: faults
faults: $(DIR)/vae $(DIR)/faults $(DIR)/faults.so ## every allocation and system call failing, a kill at each (EVERY=17: thinned)
	$(Q)$(DIR)/faults $(DIR)/vae $(DIR)/faults.so "$(EVERY)"

.PHONY: known-answers
known-answers: $(DIR)/known_answers ## after a kernel or its test case changed: renew what the program checks at start
	$(Q)$(DIR)/known_answers >reference/verify/known.tmp && mv reference/verify/known.tmp reference/verify/known.def

.PHONY: golden
golden: $(DIR)/golden_answers $(DIR)/training_answers ## after a deliberate change of bits: renew the sums every machine must give
	$(Q){ $(DIR)/golden_answers && $(DIR)/training_answers; } >reference/golden/golden.tmp && \
	    mv reference/golden/golden.tmp reference/golden/golden.def

.PHONY: picture
picture: all ## train on the synthetic digits and renew the README's pictures
	$(Q)$(BUILD)/vae train --data synthetic --out out/picture $(TRAIN)
	$(Q)cp out/picture/reconstructions.png results/
	$(Q)$(BUILD)/vae inpaint out/picture/model.safetensors --data synthetic --mask left --corrupt --out results/inpainted.png
	$(Q)cd out && $(abspath $(BUILD))/vae plot picture/log.jsonl --out ../results/curves.svg
	$(Q)cd out && $(abspath $(BUILD))/vae plot picture/model.safetensors --data synthetic --kind scatter --out ../results/codes.svg

# Small pictures, for README.md.
OWN = out/own/model.safetensors
.PHONY: picture-own
picture-own: all ## draw a folder of colour pictures, train on it and renew the README's pictures of it
	$(Q)rm -rf out/digits
	$(Q)$(BUILD)/vae data synthetic --channels rgb --out out/digits
	$(Q)$(BUILD)/vae data out/digits --channels rgb
	$(Q)$(BUILD)/vae train --data out/digits --channels rgb --sigma 0.1 --optimizer adam --lr 0.001 \
	    --samples 1000000 --out out/own
	$(Q)$(BUILD)/vae reconstruct $(OWN) --data out/digits --across 7 --pairs 2 --out results/own-reconstructions.png
	$(Q)$(BUILD)/vae interpolate $(OWN) --data out/digits --pairs 4 --steps 5 --out results/own-interpolations.png

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 30
FUZZ_CC ?= clang
.PHONY: fuzz run-fuzzers $(FUZZERS:%=run-fuzz-%)
fuzz: ## libFuzzer on the readers and the options, FUZZ_SECONDS each (clang); inputs that fail stay in build/fuzz
	$(Q)$(MAKE) CC='$(FUZZ_CC)' SAN=address,undefined,fuzzer-no-link OPT='-O1 -g1' \
	    CPPFLAGS='$(CPPFLAGS) -DSV_WITHOUT_AVX512' run-fuzzers
run-fuzzers: $(FUZZERS:%=run-fuzz-%)
$(FUZZERS:%=run-fuzz-%): run-fuzz-%: $(DIR)/fuzz_%
	$(Q)mkdir -p $(BUILD)/fuzz/$* && \
	    $< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -max_len=16384 \
	        -artifact_prefix=$(BUILD)/fuzz/$*- $(BUILD)/fuzz/$* tests/fuzz/corpus/$* >$(BUILD)/fuzz/$*.log 2>&1 || \
	        { tail -n 60 $(BUILD)/fuzz/$*.log; exit 1; }
	$(Q)echo "fuzz $*: $$(tail -n 1 $(BUILD)/fuzz/$*.log)"

# Rooms with rules of their own.
ROOM_RULES := vae/api/library.mk lesson/lesson.mk web/web.mk mpi/mpi.mk

ROOMS   := kernels reference vae mpi bench lesson web tests examples
SOURCES = $(sort $(shell find $(ROOMS) -name '*.[ch]' -o -name '*.cc'))
# Below the program nothing prints, reads the environment or ends the process.
LIBRARY := $(foreach room,base data model methods tuning settings plot api,$(wildcard vae/$(room)/*.[ch]))
# Each compiles by itself over an ISA's lanes and tiles; those of lanes are parts of lanes_<isa>.h.
CORE    := $(filter-out kernels/core/lanes_%,$(call files,kernels/core/*.h))
.PHONY: lint
lint: versioncheck ## layout, arrows between folders, headers that include what they use, static analysis
	$(Q)clang-format --dry-run -Werror $(SOURCES)
	$(Q)tests/arrows.sh
	$(Q)! grep -nE '\<(getenv|getopt_long|f?printf|f?puts|f?putc|perror|exit) *\(|\<std(in|out|err)\>' $(LIBRARY)
	$(Q)$(foreach i,generic $(lastword $(ISAS)),for h in $(CORE); do \
	    case $$h in (*/gemm_* | */peak.h | */kernels_*) given=gemm ;; (*) given=lanes ;; esac; \
	    $(CC) -std=c11 -Werror $(FLAGS_$(i)) -fsyntax-only -DSV_ISA_NAME=$(i) \
	        -include kernels/$(i)/$${given}_$(i).h -x c $$h || exit 1; done;)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --suppress=missingIncludeSystem \
	    --enable=warning,performance,portability --suppress=preprocessorErrorDirective \
	    -D__x86_64__ -DVAE_BUILD='""' -DVAE_VERSION='""' -DVAE_COMMIT='""' -Ikernels $(ROOMS)

.PHONY: format
format: ## rewrite the layout
	$(Q)clang-format -i $(SOURCES)

.PHONY: data
data: ## download MNIST into data/mnist (MIRRORS="URL URL": other places to look)
	$(Q)vae/fetch_mnist.sh data/mnist $(MIRRORS)

DEPS     := gcc make pkg-config zlib1g-dev libminizip-dev libpng-dev libjansson-dev check curl ca-certificates
DEPS_PEERS := g++ libopenblas0-pthread libblis4-serial libdnnl2 libxsmm-dev libeigen3-dev libsleef3 \
              python3 python3-torch libblis4-openmp libbenchmark-dev $(if $(shell command -v npm),,nodejs npm)
DEPS_DEV := openssl bmake mandoc zsh clang libclang-rt-dev clang-19 clang-format cppcheck valgrind qemu-user g++ \
            libbenchmark-dev python3 python3-torch
DEPS_ARM := gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user llvm-19 python3 \
            check:arm64 zlib1g-dev:arm64 libminizip-dev:arm64 libpng-dev:arm64 libjansson-dev:arm64
DEPS_WEB := emscripten nodejs dpkg-dev python3 chromium fonts-dejavu-core fonts-urw-base35
DEPS_MPI := mpich libmpich-dev procps
DEPS_GOALS := deps deps-dev deps-arm deps-web deps-mpi peers
.PHONY: $(DEPS_GOALS)
peers: ## install the libraries that the benchmarks compare with
	$(Q)bench/peers/install.sh $(BUILD)/peers
deps: ## install what is missing to build, train and test
deps-dev: ## and what is missing for clang, lint, memcheck and oldcpu
deps-arm: ## what is missing for arm and arm-mca
deps-web: ## what is missing for web and webcheck
deps-mpi: ## what is missing for mpi and mpicheck: MPICH (Open MPI serves too)

# In `make deps train` the compiler and libraries must be there before this file asks for them. So
# the installation is the making of an included makefile, after which make reads everything anew.
ifneq ($(filter $(DEPS_GOALS),$(MAKECMDGOALS)),)
include $(BUILD)/deps.mk
ifndef MAKE_RESTARTS
.PHONY: installation
$(BUILD)/deps.mk: installation
	@mkdir -p $(@D)
	$(Q)vae/install_deps.sh $(DEPS) $(if $(filter deps-dev,$(MAKECMDGOALS)),$(DEPS_DEV)) \
	    $(if $(filter deps-arm,$(MAKECMDGOALS)),$(DEPS_ARM)) \
	    $(if $(filter deps-web,$(MAKECMDGOALS)),$(DEPS_WEB)) \
	    $(if $(filter deps-mpi,$(MAKECMDGOALS)),$(DEPS_MPI)) \
	    $(if $(filter peers,$(MAKECMDGOALS)),$(DEPS_PEERS))
	@touch $@
endif
endif

.PHONY: clean
clean: ## remove build/
	$(Q)rm -rf $(BUILD)

.PHONY: help
help: ## this list
	$(Q)sed -n 's/^\([a-z -]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile $(ROOM_RULES) | expand -t16

# ---- rules -------------------------------------------------------------------------------------
isa_of = $(filter $(ISAS),$(subst /, ,$(dir $(1))))

define link # WORDS BEFORE, WORDS AFTER THE OBJECTS
@$(if $(V),,echo "  LINK  $@")
$(Q)$(LINK) $(1) $^ $(2) $(LIBS) -o $@
endef

$(DIR)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(COMPILE) $< -o $@

# Their flags stand there.
$(call objects,$(foreach i,$(ISAS),$(call files,kernels/$(i)/*.c))): kernels/isa.def

# A profile of timings belongs to one build of the kernels: compiler, flags, sources.
KERNEL_FILES := $(sort $(shell find kernels reference/verify -name '*.[chd]*'))
$(DIR)/obj/vae/tuning/machine.o: DEFINES = -DVAE_BUILD='"$(CODE) $(shell cat $(KERNEL_FILES) Makefile | cksum)"'
$(DIR)/obj/vae/tuning/machine.o: $(KERNEL_FILES)

# The log of a repository's HEAD tells when the commit is another.
$(DIR)/obj/vae/cli/build_info.o: DEFINES = -DVAE_COMMIT='"$(if $(wildcard .git),$(shell git rev-parse --short HEAD 2>/dev/null))"'
$(DIR)/obj/vae/cli/build_info.o: $(wildcard .git/logs/HEAD)

$(DIR)/obj/%.f64.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -DREF_DOUBLE $< -o $@

$(DIR)/vae: $(call objects,$(COMMANDS)) $(LIB_OBJ)
	$(call link)

$(DIR)/manual: $(call objects,$(MANUAL)) $(LIB_OBJ)
	$(call link)

# tests/allocations.c counts what these give.
WRAP := $(if $(findstring -linux,$(MACHINE)),$(addprefix -Wl$(comma)--wrap=,malloc calloc realloc aligned_alloc mmap))
$(DIR)/tests: $(call objects,$(TESTS) $(API)) $(LIB_OBJ)
	$(call link,$(WRAP),$(TEST_LIBS))

$(DIR)/vae-emulated: $(DIR)/vae
	$(Q)printf '#!/bin/sh\nexec $(EMULATOR) "$(abspath $<)" "$$@"\n' >$@ && chmod +x $@

BUILT_WITH := $(subst ",,$(subst ',,$(strip $(FLAGS) $(CPPFLAGS) $(CFLAGS))))
$(DIR)/obj/bench/onnx_peer.o: DEFINES = -DNODE_MODULES='"$(BUILD)/peers/node_modules"'
$(DIR)/obj/bench/host.o: DEFINES = -DBENCH_FLAGS='"$(BUILT_WITH)"'

$(DIR)/exhaustive: $(call objects,reference/generators/exhaustive.c reference/generators/accuracy.c) $(LIB_OBJ)
	$(call link)

$(DIR)/obj/tests/faults/preload.o: DEFINES = -fPIC
FAULTS := $(filter-out tests/faults/preload.c,$(wildcard tests/faults/*.c))
$(DIR)/faults: $(call objects,$(FAULTS))
	$(call link)

$(DIR)/faults.so: $(call objects,tests/faults/preload.c)
	$(call link,-shared)

$(DIR)/known_answers: $(call objects,reference/generators/known_answers.c) $(LIB_OBJ)
	$(call link)

$(DIR)/golden_answers: $(call objects,reference/generators/golden_answers.c $(GOLDEN)) $(LIB_OBJ)
	$(call link)

$(DIR)/training_answers: $(call objects,tests/golden/training_answers.c tests/golden/golden_training.c $(GOLDEN)) $(LIB_OBJ)
	$(call link)

$(DIR)/fuzz_%: $(call objects,tests/fuzz/fuzz.c) $(DIR)/obj/tests/fuzz/fuzz_%.o $(LIB_OBJ)
	$(call link,-fsanitize=fuzzer)

# No input reaches the kernels' code, which takes long to instrument.
ifneq ($(findstring fuzzer,$(SAN)),)
$(DIR)/obj/kernels/%.o $(DIR)/obj/reference/%.o: DEFINES = -fno-sanitize=all
endif

# Google Benchmark is C++ and a shared library.
$(DIR)/obj/%.o: %.cc Makefile
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CXX   $<")
	$(Q)$(CXX) -std=c++17 -O2 -Wall -Wextra -Wshadow $(if $(WERROR),-Werror) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c $< -o $@

$(DIR)/bench-kernels: $(call objects,bench/kernels_bench.c $(BENCH)) $(DIR)/obj/bench/gbench_shim.o $(LIB_OBJ)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(CXX) $(OPT) $(CFLAGS) $(LDFLAGS) $^ $(GBENCH) $(LIBS) -o $@

$(DIR)/bench-step $(DIR)/bench-sustained: $(DIR)/bench-%: $(DIR)/obj/bench/%_bench.o $(call objects,$(BENCH)) $(LIB_OBJ)
	$(call link)

$(DIR)/bench-gemm: $(call objects,bench/gemm_bench.c $(BENCH_PEERS) $(BENCH)) $(LIB_OBJ)
	$(call link,,-ldl)

# What the compiler does alone: the float reference with an ISA's flags.
define compiled_reference
$$(DIR)/obj/%.$(1).o: %.c Makefile kernels/isa.def
	@mkdir -p $$(@D)
	$$(Q)$$(COMPILE) -O3 $$(FLAGS_$(1)) -DREF_ISA=$(1) $$< -o $$@
endef
$(foreach i,$(COMPILED),$(eval $(call compiled_reference,$(i))))

$(DIR)/bench-maps: $(call objects,bench/maps_bench.c $(BENCH)) $(LIB_OBJ) \
    $(foreach i,$(COMPILED),$(patsubst %.c,$(DIR)/obj/%.$(i).o,$(REFERENCE)))
	$(call link,,-ldl)

$(DIR)/eigen_%.so: bench/peers/eigen.cc Makefile kernels/isa.def
	@$(if $(V),,echo "  CXX   $@")
	$(Q)$(CXX) -O3 -DNDEBUG $(FLAGS_$*) $(EIGEN) -shared -fPIC $< -o $@

$(DIR)/xsmm.so: $(XSMM)
	$(Q)$(CC) -shared -Wl,--whole-archive $^ -Wl,--no-whole-archive -lm -ldl -o $@

include $(ROOM_RULES)

-include $(shell find $(DIR) -name '*.d' 2>/dev/null)
