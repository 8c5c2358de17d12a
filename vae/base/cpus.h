/* How many CPUs this process may keep busy. */
#ifndef VAE_CPUS_H
#define VAE_CPUS_H

#include <stddef.h>

/* Those of its affinity mask, cut by the quota of its control groups (Linux, cgroup.h). At least 1. */
size_t vae_cpus_allowed(void);

/* Of so many CPUs, those that a quota in CPUs keeps busy: 2.5 give 2, less than 1 gives 1; 0 is no quota. */
size_t vae_cpus_within(size_t cpus, double quota);

#endif
