# vae-mpi: vae train by several processes. Included by ../Makefile. MPICC: mpicc of MPICH or Open MPI.

MPICC ?= mpicc
MPI   := $(call files,mpi/*.c)

.PHONY: mpi mpicheck
mpi: $(DIR)/vae-mpi ## build build/vae-mpi, which trains by several processes (mpirun -n 2 build/vae-mpi train ...)
	$(Q)ln -sfn $(HASH)/vae-mpi $(BUILD)/vae-mpi

# The compiler that mpicc calls.
$(DIR)/obj/mpi/%.o $(DIR)/vae-mpi: export MPICH_CC := $(CC)
$(DIR)/obj/mpi/%.o $(DIR)/vae-mpi: export OMPI_CC := $(CC)

$(DIR)/obj/mpi/%.o: mpi/%.c Makefile mpi/mpi.mk
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(MPICC) $(wordlist 2,999,$(COMPILE)) $< -o $@

$(DIR)/vae-mpi: $(call objects,$(filter-out vae/cli/main.c,$(COMMANDS)) $(MPI)) $(LIB_OBJ)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(MPICC) $(wordlist 2,999,$(LINK)) $^ $(LIBS) -o $@

mpicheck: all mpi ## one checkpoint from vae and from 1, 2, 3, 4 ranks, of several models; faults of ranks
	$(Q)tests/mpi.sh $(BUILD)/vae $(BUILD)/vae-mpi
