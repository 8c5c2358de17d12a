/* How many CPUs this process may keep busy. */
#ifndef VAE_CPUS_H
#define VAE_CPUS_H

#include <stddef.h>

/* CPUs of the affinity mask, limited by the control groups' quota (Linux, cgroup.h); at least 1. */
size_t vae_cpus_allowed(void);

/* How many of `cpus` a quota of CPUs keeps busy: 2.5 gives 2, less than 1 gives 1; 0: no quota. */
size_t vae_cpus_within(size_t cpus, double quota);

#endif
