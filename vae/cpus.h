/* How many CPUs this process may keep busy. */
#ifndef VAE_CPUS_H
#define VAE_CPUS_H

#include <stddef.h>

/* Those of its affinity mask, cut by the CPU quota of its control group and of the groups above (Linux:
 * cgroup v1 and v2); a quota of 2.5 CPUs gives 2. At least 1. */
size_t cpus_allowed(void);

#endif
