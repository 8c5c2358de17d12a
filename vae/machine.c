#include "machine.h"
#include "../kernels/kernels.h"
#include <stdio.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifndef VAE_BUILD
#error "VAE_BUILD: a string that changes with flags and kernels, see the Makefile"
#endif

static void append(char *to, size_t size, const char *text)
{
    const size_t used = strlen(to);
    snprintf(to + used, size - used, "%s", text);
}

#if defined(__x86_64__)
/* Vendor (leaf 0), signature: family, model, stepping (leaf 1), brand (leaves 0x80000002 ... 4) */
static void identify(char *to, size_t size)
{
    unsigned a, b, c, d;
    char text[64];
    if (__get_cpuid(0, &a, &b, &c, &d)) {
        snprintf(text, sizeof text, "%.4s%.4s%.4s", (char *)&b, (char *)&d, (char *)&c);
        append(to, size, text);
    }
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        snprintf(text, sizeof text, " %08x ", a);
        append(to, size, text);
    }
    unsigned brand[13] = {0};
    for (unsigned i = 0; i < 3; i++)
        if (!__get_cpuid(0x80000002 + i, &brand[4 * i], &brand[4 * i + 1], &brand[4 * i + 2],
                         &brand[4 * i + 3]))
            return;
    append(to, size, (char *)brand);
}
#else
#include <sys/utsname.h>

static void identify(char *to, size_t size)
{
    struct utsname u;
    if (uname(&u) == 0) append(to, size, u.machine);
}
#endif

static void machine_cpu(char *to, size_t size)
{
    char caches[96];
    identify(to, size);
    const struct sv_caches c = sv_caches();
    snprintf(caches, sizeof caches, " L1 %zu L2 %zu L3 %zu", c.l1, c.l2, c.l3);
    append(to, size, caches);
    for (size_t i = 0; sv_isa_name(i); i++)
        if (sv_isa_supported(i)) {
            append(to, size, " ");
            append(to, size, sv_isa_name(i));
        }
    for (char *p = to; *p; p++) /* a profile is UTF-8, whatever a virtual CPU calls itself */
        if (*p < ' ' || *p > '~') *p = '?';
}

void machine_this(struct machine *m)
{
    *m = (struct machine){.build = VAE_BUILD " " __VERSION__};
    machine_cpu(m->cpu, sizeof m->cpu);
}
