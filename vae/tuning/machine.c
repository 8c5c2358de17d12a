#include "machine.h"
#include <stdio.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifndef VAE_BUILD
#error "VAE_BUILD: a string that changes with flags and kernels, see the Makefile"
#endif

#if defined(__x86_64__)
/* Whether cores are of several kinds, by CPUID: leaf 7 edx bit 15 (Intel SDM volume 2A, table 3-8),
 * leaf 0x80000026 eax bit 30 (AMD APM volume 3, E.4.24). */
static bool is_hybrid(void)
{
    enum { INTEL = 15, AMD = 30 };
    unsigned a, b, c, d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && d >> INTEL & 1) return true;
    return __get_cpuid_count(0x80000026, 0, &a, &b, &c, &d) && a >> AMD & 1;
}

/* Vendor (leaf 0), signature: family, model, stepping (leaf 1), brand (leaves 0x80000002 ... 4) */
static void identify(struct core *core)
{
    unsigned a, b, c, d;
    if (__get_cpuid(0, &a, &b, &c, &d))
        snprintf(core->vendor, sizeof core->vendor, "%.4s%.4s%.4s", (char *)&b, (char *)&d,
                 (char *)&c);
    if (__get_cpuid(1, &a, &b, &c, &d)) core->signature = a;
    core->hybrid = is_hybrid();
    unsigned brand[13] = {0};
    for (unsigned i = 0; i < 3; i++)
        if (!__get_cpuid(0x80000002 + i, &brand[4 * i], &brand[4 * i + 1], &brand[4 * i + 2],
                         &brand[4 * i + 3]))
            return;
    memcpy(core->brand, brand, sizeof core->brand - 1);
}
#else
#include <sys/utsname.h>

static void identify(struct core *core)
{
    struct utsname u;
    if (uname(&u) == 0) snprintf(core->brand, sizeof core->brand, "%.48s", u.machine);
}
#endif

void vae_machine_name(const struct core *core, char *name, size_t size)
{
    const struct sv_caches c = core->caches;
    char signature[16] = "", caches[96] = "";
    if (core->signature) snprintf(signature, sizeof signature, " %08x ", core->signature);
    snprintf(caches, sizeof caches, " L1 %zu L2 %zu L3 %zu", c.l1, c.l2, c.l3);
    snprintf(name, size, "%s%s%s%s", core->vendor, core->hybrid ? " hybrid " : signature,
             core->brand, core->hybrid ? "" : caches);
    for (size_t i = 0; sv_isa_name(i); i++) {
        const size_t used = strlen(name);
        if (sv_isa_supported(i)) snprintf(name + used, size - used, " %s", sv_isa_name(i));
    }
    for (char *p = name; *p; p++) /* a profile is UTF-8, whatever a virtual CPU reports */
        if (*p < ' ' || *p > '~') *p = '?';
}

void vae_machine_this(struct machine *m)
{
    *m = (struct machine){.build = VAE_BUILD " " __VERSION__};
    struct core core = {.caches = sv_caches()};
    identify(&core);
    vae_machine_name(&core, m->cpu, sizeof m->cpu);
}
