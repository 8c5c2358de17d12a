# vae-mpi: vae train by several processes. Included by ../Makefile. MPICC: mpicc of MPICH or Open MPI.

MPICC ?= mpicc
MPI   := $(call files,mpi/*.c)

.PHONY: mpi mpicheck
mpi: $(DIR)/vae-mpi ## build build/vae-mpi, which trains by several processes (mpirun -n 2 build/vae-mpi train ...)
	$(Q)ln -sfn $(HASH)/vae-mpi $(BUILD)/vae-mpi

# The compiler that mpicc calls.
mpi bench-mpi: export MPICH_CC := $(CC)
mpi bench-mpi: export OMPI_CC := $(CC)

define mpi_object
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(MPICC) $(wordlist 2,999,$(COMPILE)) $< -o $@
endef
$(DIR)/obj/mpi/%.o: mpi/%.c Makefile mpi/mpi.mk
	$(mpi_object)
$(DIR)/obj/bench/mpi/%.o: bench/mpi/%.c Makefile mpi/mpi.mk
	$(mpi_object)

$(DIR)/vae-mpi: $(call objects,$(filter-out vae/cli/main.c,$(COMMANDS)) $(MPI)) $(LIB_OBJ)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(MPICC) $(wordlist 2,999,$(LINK)) $^ $(LIBS) -o $@

mpicheck: all mpi ## one checkpoint from vae and from 1, 2, 3, 4 ranks, of several models; faults of ranks
	$(Q)tests/mpi.sh $(BUILD)/vae $(BUILD)/vae-mpi

$(DIR)/link-bench: $(call objects,bench/mpi/link_bench.c mpi/link.c)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(MPICC) $(wordlist 2,999,$(LINK)) $^ -o $@

.PHONY: bench-mpi
bench-mpi: all mpi $(DIR)/link-bench ## steps by processes and by threads, and messages, on MNIST in VAE_DATA (default data), into results/<machine>/mpi.json
	$(Q)bench/mpi/ranks.py $(BUILD)/vae $(BUILD)/vae-mpi $(DIR)/link-bench "$(or $(VAE_DATA),data)" --commit $(COMMIT) $(BENCH_MPI)
