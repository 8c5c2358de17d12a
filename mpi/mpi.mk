# vae-mpi: vae train by several processes. Included by ../Makefile. MPICC and MPIRUN: of one MPI, MPICH or Open MPI;
# what each has compiled lives apart.

MPICC  ?= mpicc
MPIRUN ?= mpirun
MPI    := $(call files,mpi/*.c)
# by the compiler's own name: mpicc may be a link that is changed to another MPI
MPINAME := $(or $(notdir $(realpath $(shell command -v $(MPICC)))),$(notdir $(MPICC)))
MPIDIR := $(DIR)/$(MPINAME)
mpi_objects = $(patsubst %.c,$(MPIDIR)/%.o,$(1))

.PHONY: mpi mpicheck
mpi: $(MPIDIR)/vae-mpi ## build build/vae-mpi, which trains by several processes (mpirun -n 2 build/vae-mpi train ...)
	$(Q)ln -sfn $(HASH)/$(MPINAME)/vae-mpi $(BUILD)/vae-mpi

# The compiler that mpicc calls.
mpi bench-mpi: export MPICH_CC := $(CC)
mpi bench-mpi: export OMPI_CC := $(CC)
mpicheck bench-mpi: export MPIRUN := $(MPIRUN)

$(MPIDIR)/%.o: %.c Makefile mpi/mpi.mk
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(MPICC) $(wordlist 2,999,$(COMPILE)) $< -o $@

$(MPIDIR)/vae-mpi: $(call objects,$(filter-out vae/cli/main.c,$(COMMANDS))) $(call mpi_objects,$(MPI)) $(LIB_OBJ)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(MPICC) $(wordlist 2,999,$(LINK)) $^ $(LIBS) -o $@

mpicheck: all mpi ## one checkpoint from vae and from 1, 2, 3, 4 ranks, of several models; faults of ranks
	$(Q)tests/mpi.sh $(BUILD)/vae $(BUILD)/vae-mpi

$(MPIDIR)/link-bench: $(call mpi_objects,bench/mpi/link_bench.c mpi/link.c)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(MPICC) $(wordlist 2,999,$(LINK)) $^ -o $@

.PHONY: bench-mpi
bench-mpi: all mpi $(MPIDIR)/link-bench ## steps by processes and by threads, and messages, on MNIST in VAE_DATA (default data), into results/<machine>/mpi.json
	$(Q)bench/mpi/ranks.py $(BUILD)/vae $(BUILD)/vae-mpi $(MPIDIR)/link-bench "$(or $(VAE_DATA),data)" --commit $(COMMIT) $(BENCH_MPI)
