/* Who this machine and this build are: what a profile of timings belongs to. */
#ifndef VAE_MACHINE_H
#define VAE_MACHINE_H

#include "../../kernels/kernels.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
    char cpu[256];   /* vendor, family and model, name, caches, instruction sets it runs */
    char build[256]; /* compiler, flags, and a sum over the sources of kernels and their checks */
};

void vae_machine_this(struct machine *m);

/* What the CPU says of itself on the core where it is asked. */
struct core {
    char vendor[13], brand[49];
    uint32_t signature; /* family, model, stepping; 0: none */
    bool hybrid;        /* other cores may be of another kind */
    struct sv_caches caches;
};

/* The name of the machine, and this build's instruction sets that it runs: the same from each of its cores. Where
 * they differ in kind, signature and caches are a core's own, and the brand alone names the machine. */
void vae_machine_name(const struct core *core, char *name, size_t size);

#endif
