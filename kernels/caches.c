/* Data cache sizes. x86-64: CPUID leaf 4 (Intel SDM volume 2A, "CPUID"), AMD's equivalent
 * 0x8000001d or, where a hypervisor blanks that, the older 0x80000005 and 0x80000006 (AMD APM
 * volume 3, appendix E). Elsewhere: sysfs on Linux, sysctl on macOS. */
#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__linux__)
#include <stdio.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

static struct sv_caches caches = {32 << 10, 1 << 20, 8 << 20};

static void keep(struct sv_caches *c, unsigned level, size_t bytes)
{
    if (level == 1) c->l1 = bytes;
    if (level == 2) c->l2 = bytes;
    if (level == 3) c->l3 = bytes;
}

#if defined(__x86_64__)
/* AMD's older leaves. They report the L3 of the whole package; groups of cores share some 32 MB
 * each. */
static void ask_old(struct sv_caches *c)
{
    enum { L1 = (int)0x80000005, L2_L3 = (int)0x80000006, PART = 32 << 20 };
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid((unsigned)L1, &eax, &ebx, &ecx, &edx) || ecx >> 24 == 0) return;
    keep(c, 1, (size_t)(ecx >> 24) << 10);
    if (!__get_cpuid((unsigned)L2_L3, &eax, &ebx, &ecx, &edx)) return;
    const size_t l2 = (size_t)(ecx >> 16) << 10, l3 = (size_t)(edx >> 18) << 19;
    if (l2) keep(c, 2, l2);
    if (l3) keep(c, 3, l3 < PART ? l3 : PART);
}

static void ask(struct sv_caches *c)
{
    enum { DATA = 1, UNIFIED = 3, LEAF = 4, AMD_LEAF = (int)0x8000001d };
    unsigned eax, ebx, ecx, edx, leaf = LEAF;
    if (!__get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx) || (eax & 31) == 0) {
        leaf = (unsigned)AMD_LEAF;
        if (!__get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx) || (eax & 31) == 0) {
            ask_old(c);
            return;
        }
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
#elif defined(__linux__)
/* The first word of sysfs file `what` of cache number i of the first CPU. */
static bool cache_word(unsigned i, const char *what, char word[16])
{
    char path[80];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%u/%s", i, what);
    FILE *f = fopen(path, "r");
    const bool read = f && fscanf(f, "%15s", word) == 1;
    if (f) fclose(f);
    return read;
}

static void ask(struct sv_caches *c)
{
    char type[16], size[16], level[16], unit;
    for (unsigned i = 0; i < 16 && cache_word(i, "type", type); i++) {
        size_t bytes;
        unsigned number;
        if (*type == 'I' || !cache_word(i, "size", size) || !cache_word(i, "level", level))
            continue; /* an instruction cache */
        if (sscanf(level, "%u", &number) != 1 || sscanf(size, "%zu%c", &bytes, &unit) != 2)
            continue;
        keep(c, number, bytes << (unit == 'M' ? 20 : 10));
    }
}
#elif defined(__APPLE__)
/* Of the performance cores, which share their L2. The cache behind it is not theirs alone: L3 keeps
 * its default. */
static void ask(struct sv_caches *c)
{
    static const char *const name[] = {"hw.perflevel0.l1dcachesize", "hw.perflevel0.l2cachesize"};
    for (unsigned i = 0; i < 2; i++) {
        size_t bytes = 0, size = sizeof bytes;
        if (sysctlbyname(name[i], &bytes, &size, NULL, 0) == 0 && bytes) keep(c, i + 1, bytes);
    }
}
#else
static void ask(struct sv_caches *c) { (void)c, (void)keep; }
#endif

/* Asked only once, before main: CPUID is slow under a hypervisor. */
__attribute__((constructor)) static void ask_once(void) { ask(&caches); }

struct sv_caches sv_caches(void) { return caches; }

void sv_set_caches(struct sv_caches c)
{
    if (c.l1) caches.l1 = c.l1;
    if (c.l2) caches.l2 = c.l2;
    if (c.l3) caches.l3 = c.l3;
}
