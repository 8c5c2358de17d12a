/* How many CPUs this process may keep busy. */
#ifndef VAE_CPUS_H
#define VAE_CPUS_H

#include <stddef.h>

/* The CPUs of its affinity mask, limited by its control groups' quota (Linux, cgroup.h); at least
 * 1. */
size_t vae_cpus_allowed(void);

/* How many of `cpus` CPUs a quota, in CPUs, can keep busy: 2.5 gives 2, less than 1 gives 1; 0
 * means no quota. */
size_t vae_cpus_within(size_t cpus, double quota);

#endif
