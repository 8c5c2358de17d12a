/* What this machine can run: the probes of isa.def. Each asks the CPU and, where registers
 * must be saved across context switches, the operating system too. */
#ifndef SV_CPU_H
#define SV_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define SV_CANDIDATE(isa, variant, probe) bool probe(void);
#include "isa.def"

/* What the x86-64 probes decide by: CPUID's highest leaf, ecx of leaf 1, ebx of leaf 7 (0 where there is none),
 * and XCR0's low half (0 unless OSXSAVE). */
struct sv_cpuid {
    uint32_t max_leaf, ecx1, ebx7, xcr0;
};
#if defined(__x86_64__)
bool sv_cpuid_avx2(const struct sv_cpuid *c); /* AVX, FMA and AVX2; ymm state saved by the system */
bool sv_cpuid_avx512(const struct sv_cpuid *c); /* and AVX-512 F, DQ, BW, VL; zmm and mask state */
#endif

#endif
