# Stages of .ci/run that need not wait for one another: `make -j2 -f .ci/stages.mk` keeps two CPUs busy, where each
# by itself would leave one idle now and then. `make -f .ci/stages.mk STAGE` runs one. What all of them need of the
# default build is there before (.ci/run); other builds have folders of their own.
#
# make starts them in this order: first those that one CPU runs, whose ends would else be waited for; last those that
# use both, of which a remainder is shared.
STAGES := mnist frey builds mpi lint web page installed lesson memcheck fetch torch oldcpu exhaustive benches \
          compilers fuzz faults arm clang tsan sanitize
.PHONY: all $(STAGES)
all: $(STAGES)
STAGE := +@.ci/stage

mnist frey:
	$(STAGE) "$@, if VAE_DATA has it" .ci/data $@
builds:
	$(STAGE) "as packagers build, and without optimisation" $(MAKE) buildcheck
mpi:
	$(STAGE) "several processes: the checkpoint of one" $(MAKE) mpicheck
lint:
	$(STAGE) "lint" $(MAKE) lint
web:
	$(STAGE) "WebAssembly: golden sums, the program's bytes, broken checkpoints" $(MAKE) webcheck
page: web
	$(STAGE) "the page: in headless Chromium, the program's bits" $(MAKE) pagecheck WEB_SAMPLES=100000
installed:
	$(STAGE) "the installed library: names, examples in C, C++ and Python, uninstall" $(MAKE) installcheck
lesson:
	$(STAGE) "the lesson: the same bytes on every instruction set; its page and figures are what the programs give" \
	    $(MAKE) lessoncheck
memcheck:
	$(STAGE) "valgrind" $(MAKE) memcheck
fetch:
	$(STAGE) "make data, from servers that stall, break off or send elsewhere" $(MAKE) fetchcheck
torch:
	$(STAGE) "PyTorch, if it is installed: checkpoints both ways" $(MAKE) torchcheck
oldcpu:
	$(STAGE) "CPUs without AVX and without AVX-512" $(MAKE) oldcpu
exhaustive:
	$(STAGE) "every 257th float (all of them: make exhaustive)" $(MAKE) exhaustive EVERY=257
benches:
	$(STAGE) "the benchmarks build and run" $(MAKE) benchcheck
compilers:
	$(STAGE) "for size, and with a clang that warns of more: all compiles, the same checkpoint" \
	    $(MAKE) compilers COMPILERS='gcc clang-19' LEVELS=-Os
fuzz:
	$(STAGE) "fuzzing: readers and options, 15 s each (longer: make fuzz)" $(MAKE) fuzz FUZZ_SECONDS=15
faults:
	$(STAGE) "every 37th fault (all of them: make faults)" $(MAKE) faults EVERY=37
# Not the suites that run the program: what they check is C that all CPUs share.
arm:
	$(STAGE) "64-bit Arm, emulated" $(MAKE) arm ARM_PARTS='kernels training others'
# Not the kernels' cases, whose outputs the golden sums are.
clang:
	$(STAGE) "clang: training and what is below it" \
	    $(MAKE) -k CC=clang LEAVE_OUT=derived check-training check-others objcheck
tsan:
	$(STAGE) "thread sanitizer, without the suites that run the program (all of them: make tsan)" \
	    $(MAKE) tsan TSAN_PARTS=threads
sanitize:
	$(STAGE) "address and undefined-behaviour sanitizers, without large runs (all of them: CONTRIBUTING.md)" $(MAKE) sanitize
