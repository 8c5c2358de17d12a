#include "cpus.h"
#include "cgroup.h"
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static size_t affinity(void)
{
#ifdef __linux__
    /* the kernel refuses a set smaller than its own: 8192 CPUs in distributions' kernels */
    enum { MOST = 1 << 16 };
    for (size_t cpus = 1024; cpus <= MOST; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        const size_t size = CPU_ALLOC_SIZE(cpus);
        const bool got = set && sched_getaffinity(0, size, set) == 0;
        const int count = got ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (got) return (size_t)count;
    }
#endif
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (size_t)n : 1;
}

size_t vae_cpus_within(size_t cpus, double quota)
{
    if (!(quota > 0) || quota >= (double)cpus) return cpus;
    return quota < 2 ? 1 : (size_t)quota;
}

size_t vae_cpus_allowed(void) { return vae_cpus_within(affinity(), vae_cgroup_cpu_quota("")); }
