/* Data cache sizes: CPUID leaf 4 (Intel SDM volume 2A, "CPUID") or its twin 0x8000001d (AMD APM volume
 * 3, appendix E); elsewhere what the C library knows. */
#include "kernels.h"
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

static struct sv_caches caches = {32 << 10, 1 << 20, 8 << 20};

static void keep(struct sv_caches *c, unsigned level, size_t bytes)
{
    if (level == 1) c->l1 = bytes;
    if (level == 2) c->l2 = bytes;
    if (level == 3) c->l3 = bytes;
}

#if defined(__x86_64__)
static void ask(struct sv_caches *c)
{
    enum { DATA = 1, UNIFIED = 3, LEAF = 4, AMD_LEAF = (int)0x8000001d };
    unsigned eax, ebx, ecx, edx, leaf = LEAF;
    if (!__get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx) || (eax & 31) == 0) {
        leaf = (unsigned)AMD_LEAF;
        if (!__get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx)) return;
    }
    for (unsigned i = 0; i < 16; i++) {
        __cpuid_count(leaf, i, eax, ebx, ecx, edx);
        const unsigned type = eax & 31;
        if (type == 0) return;
        const size_t ways = (ebx >> 22) + 1, parts = (ebx >> 12 & 1023) + 1;
        const size_t line = (ebx & 4095) + 1, sets = (size_t)ecx + 1;
        if (type == DATA || type == UNIFIED) keep(c, eax >> 5 & 7, ways * parts * line * sets);
    }
}
#else
static void ask(struct sv_caches *c)
{
#if defined(_SC_LEVEL1_DCACHE_SIZE)
    const int name[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    for (unsigned i = 0; i < 3; i++) {
        const long bytes = sysconf(name[i]);
        if (bytes > 0) keep(c, i + 1, (size_t)bytes);
    }
#else
    (void)c, (void)keep;
#endif
}
#endif

/* Asked once, before main: CPUID is slow under a hypervisor. */
__attribute__((constructor)) static void ask_once(void) { ask(&caches); }

struct sv_caches sv_caches(void) { return caches; }

void sv_set_caches(struct sv_caches c)
{
    if (c.l1) caches.l1 = c.l1;
    if (c.l2) caches.l2 = c.l2;
    if (c.l3) caches.l3 = c.l3;
}
