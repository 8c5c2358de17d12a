/* Identifies this machine and this build, to which a tuning profile belongs. */
#ifndef VAE_MACHINE_H
#define VAE_MACHINE_H

#include "../../kernels/kernels.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
    char cpu[256];   /* vendor, signature, brand, caches, instruction sets it runs */
    char build[256]; /* compiler, flags, checksum of the sources of kernels and their checks */
};

void vae_machine_this(struct machine *m);

/* What the CPU reports about itself on the core that asks. */
struct core {
    char vendor[13], brand[49];
    uint32_t signature; /* family, model, stepping; 0: unknown */
    bool hybrid;        /* its cores are of several kinds */
    struct sv_caches caches;
};

/* Names the machine and the instruction sets of this build that it runs; the same from each of its
 * cores. On a hybrid CPU signature and caches differ between cores, so only the brand is used. */
void vae_machine_name(const struct core *core, char *name, size_t size);

#endif
