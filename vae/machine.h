/* Who this machine and this build are: what a profile of timings belongs to. */
#ifndef VAE_MACHINE_H
#define VAE_MACHINE_H

struct machine {
    char cpu[256];   /* vendor, family and model, name, caches, instruction sets it runs */
    char build[256]; /* compiler, flags, and a sum over the sources of kernels and their checks */
};

void machine_this(struct machine *m);

#endif
